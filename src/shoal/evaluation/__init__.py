"""How good an answer is: metrics, protocols, validation, scores of test sets and of saved pictures.

It knows networks, and no runs; it imports data, models and what lies below them.
"""
