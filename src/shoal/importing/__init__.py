"""Published weights of others' networks, converted to files of Shoal's: read `convert` first.

It imports models and what lies below them.
"""
