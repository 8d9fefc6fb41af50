"""Weights that others have published, as files of ours: read `convert` first.

It imports models and what lies below.
"""
