"""Grids of runs: what there is to do, who does it, how it ended. Imports no torch.

`jobs` composes runs and looks up what is on disk, `experiment` and `plan` turn a question into
runs, `estimate` says how long they take, `process` and `crew` make them, `ending` says what came
of them.
"""
