"""Basics that know nothing of pictures: files, locks, signals, configs, progress, the console.

Of the rest of Shoal, this package imports `errors` alone.
"""
