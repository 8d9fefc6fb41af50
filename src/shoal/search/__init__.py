"""Searching for the values that serve a model best: Optuna proposes, runs answer.

It makes runs as a grid does and writes findings as a report does: of the package it imports `grid`
and `report`, what lies below them, and no PyTorch.

- `settings`, `space`: how many trials, of what values
- `trials`: the study, kept by Optuna
- `searcher`: makes the trials' runs, and stops the ones that are pruned
- `tables`, `findings`: the trials, what mattered, the best command
- `search`: a search from its config to its findings
"""
