"""Grids of runs: what there is to make, who makes it, and how each run ended.

A grid starts runs as processes and reads what they leave on disk, so nothing here trains: of the
package it imports `runs`, what lies below that, and no PyTorch.

- `experiment`, `fairness`, `plan`: a question, whether its arms answer it, its runs
- `identity`: what its plan and its findings are called
- `composing`, `planned`: runs from overrides, and what of each is on disk already
- `estimate`: how long they take together; `foretelling`: both in words, with nothing started
- `runner`: what all ways to make them share; `local` makes them here, `remote` by `backends`
  (`by_submitit`, `by_ray`), which are handed a `remote_run` each
- `command`, `process`, `stream`: one run in a process of its own
- `outcome`: how it ended
"""
