"""The findings of an experiment: a folder of files, a page, a table on the screen, a W&B run.

Import the modules that you need one by one, since Matplotlib takes a second. This package imports
`claims`, `results`, `dashboards` and the packages below them, and never torch.

- `findings`: the content of a report; `tables` makes its tables, `figures` its figures
- `folder`, `page`, `index`, `terminal`, `wandb`: one output each; `publish` writes them all
- `home`, `live`: where findings are kept, and the page that follows the runs
- `joint`, `compare`: comparisons of runs that belong to no experiment
"""
