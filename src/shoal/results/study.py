"""An experiment as it stands on disk: what was planned, and the rows that its runs left."""

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from shoal.runs.kind import Kind, recorded

KEY = ["arm", "scale", "seed"]  # of a run within its experiment; an untrained run has no seed

# What an experiment may leave out; older plans have none of it.
ASKED = ("claims", "baseline", "cells", "collapse", "tuned", "trial", "equal_within", "looks")


@dataclass(frozen=True, eq=False)  # tables have no truth value; a study is itself alone
class Study:
    """One experiment's grid and rows.

    Attributes:
        root: the folder of all runs, or that of the findings which kept the rows.
        experiment: its name, e.g. `ablation`.
        digest: of the grid: eight hex digits.
        folder: of its findings, e.g. `ablation/t91-x3-standard`.
        models: the model of each arm, in the order of the table; None where the grid can't say.
        planned: run ids in the order of the grid.
        runs: a row per planned run: arm, scale, seed and what `read_runs` gives; those that were
            made by older code are `outdated`, and stand in none of the other tables.
        scores: arm, scale, seed, id, dataset, image, protocol, psnr (dB), ssim: finished runs only.
        curves: arm, scale, seed, id and the columns of curve.csv, of every run that has begun.
        claims: as the experiment's file has them, by id.
        baseline: the arm that the others are compared with.
        cells: of a cross, the values of each arm's factors as text, by label.
        collapse: the thresholds by which runs count as collapsed; see `results.collapse`.
        tuned: where each arm stands at a value of its own, how it was found (`results.tuning`).
        trial: whether it tried values for another study: its findings are rows, without pictures.
        equal_within: half of the region of practical equivalence of PSNR (dB); None: as usual.
        looks: of a study that adds seeds until it is decided: the runs that had finished since the
            look before, and how many seeds there may be at most; None: it looks once.
    """

    root: Path
    experiment: str
    digest: str
    question: str
    command: str
    folder: str
    data: str
    budget: str
    precision: str
    protocol: str
    scales: tuple[int, ...]
    seeds: tuple[int, ...]
    models: dict[str, str | None]
    runs: pd.DataFrame
    scores: pd.DataFrame
    curves: pd.DataFrame
    claims: dict[str, Any] = field(default_factory=dict)
    baseline: str | None = None
    cells: dict[str, dict[str, str]] = field(default_factory=dict)
    collapse: dict[str, float] = field(default_factory=dict)
    tuned: dict[str, Any] = field(default_factory=dict)
    trial: bool = False
    equal_within: float | None = None
    looks: list[dict[str, Any]] | None = None

    @property
    def arms(self) -> tuple[str, ...]:
        """The labels, in the order of the table."""
        return tuple(self.models)

    @cached_property
    def finished(self) -> pd.DataFrame:
        """The rows of `runs` that have a record, each with its `kind`."""
        rows = self.runs[self.runs["state"] == "finished"]
        told = rows.reindex(columns=["kind", "steps"]).to_dict("records")
        kinds = [str(recorded(row)) for row in told]
        return rows.assign(kind=pd.Series(kinds, rows.index, object))

    def of_kind(self, kind: Kind) -> pd.DataFrame:
        """The rows of `finished` whose run did that to its model."""
        return self.finished[self.finished["kind"] == kind]
