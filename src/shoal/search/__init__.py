"""Searching for the values that serve a model best: Optuna asks, runs answer. Imports no torch.

`space` says what may be tried, `trials` keeps the study, `searcher` makes and prunes the runs,
`findings` writes what came of it.
"""
