"""A study as one file: rows, configs, figures, digests, and the command that redoes it.

`pack` writes it, `check` reads it without extracting anything.
"""
