"""What any program needs of its machine: files, locks, signals, memory, progress, the console.

It knows no pictures; of the package it imports errors alone.
"""
