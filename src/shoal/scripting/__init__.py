"""Shoal in a script of one's own: runs from overrides, their pictures, and what a study left.

Its functions are `shoal`'s own (`shoal.train`); it lies on training and results.
"""
