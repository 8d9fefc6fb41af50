"""An experiment's grid, and how many seeds its question takes.

`seed=auto` adds seeds until it is decided, `plan=true` foresees what they will see.

It lies on grids and on what reports say: of the package it imports both, and no PyTorch.

- `study`: plan, runs, page and report, as the sweeper asks for them
- `settings`: what `seeds:` says
- `loop`: runs, a look, more runs
- `resuming`: what an earlier grid of the question planned and looked at
- `opened`: what a look decided, and whose seeds the rest still needs
- `outlook`: what a grid will be able to see, before it starts
"""
