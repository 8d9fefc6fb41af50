"""Hyperparameter search: Optuna proposes values, and runs are its trials.

It makes runs like a grid and writes findings like a report. This package imports `grid`, `report`
and the layers below them, and no PyTorch.

- `settings`, `space`: the number of trials, and the values to try
- `trials`: the study, which Optuna stores
- `searcher`: makes the trials' runs, and stops those that are pruned
- `tables`, `findings`: the trials, the importance of each value, the best command
- `search`: a search from its config to its findings
"""
