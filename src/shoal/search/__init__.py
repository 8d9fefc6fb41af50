"""Searching for the values that serve a model best: Optuna proposes, runs answer.

It makes runs as a grid does and writes findings as a report does: of the package it imports `grid`
and `report`, what lies below them, and no PyTorch.

- `space`: what may be tried
- `trials`: the study, kept by Optuna
- `searcher`: makes the trials' runs, and stops the ones that are pruned
- `findings`: the table of trials, the best command, what mattered
- `search`: a search from its config to its findings
"""
