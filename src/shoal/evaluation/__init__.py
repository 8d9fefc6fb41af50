"""How good SR pictures are: metrics, protocols, validation, scores of test sets and saved files.

It knows networks, but no runs; it imports data, models and what lies below them.
"""
