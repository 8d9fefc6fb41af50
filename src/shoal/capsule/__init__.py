"""Capsules: a study as one file, with rows, configs, figures, digests and the command to redo it.

`pack` writes a capsule, and `check` verifies one without extracting anything.
"""
