"""Grids of runs: which runs there are, how they are made, and how each one ended.

A grid starts each run as a process and reads what it leaves on disk. Nothing here trains: this
package imports `runs`, the layers below it, and no PyTorch.

- `experiment`, `fairness`, `plan`: an experiment, whether its arms are comparable, its runs
- `identity`: the names of its plan and of its findings
- `composing`, `planned`: runs composed from overrides, and whether each is on disk already
- `estimate`: how long runs take together; `foretelling`: prints a grid without starting it
- `runner`: the base of all runners; `local` makes runs on this machine, `remote` uses `backends`
  (`by_submitit`, `by_ray`), each of which gets a `remote_run` per run
- `command`, `process`, `stream`: one run in its own process
- `outcome`, `end`: how it ended
"""
