"""An experiment's grid, and how many seeds its question needs.

`seed=auto` adds seeds until the question is decided. `plan=true` foretells which differences the
planned seeds will be able to detect.

This package imports `grid`, `report` and the layers below them, and no PyTorch.

- `study`: plan, runs, live page and report of an experiment, as the sweeper asks for them
- `settings`: the group `seeds` of the config
- `loop`: runs, a look at the results, more runs
- `resuming`: takes up seeds and looks of an earlier grid of the question
- `opened`: what a look has decided, and which arms need more seeds
- `outlook`: what a grid will be able to detect, before it starts
"""
