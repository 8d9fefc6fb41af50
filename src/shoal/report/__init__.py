"""The findings of an experiment: a folder of files, a page, a table on the screen, a W&B run.

Import the module that you need: Matplotlib takes a second. It imports claims, results, dashboards
and what lies below them, and no torch.

- `findings`: all that is said of one experiment; `tables` says it in cells, `figures` draws it
- `folder`, `page`, `index`, `terminal`, `wandb`: where it is said; `publish` says it everywhere
- `home`, `live`: where a page lies, and how it follows the runs
- `joint`, `compare`: runs that no experiment names, beside each other
"""
