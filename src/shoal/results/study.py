"""An experiment as it is on disk: its plan, and the rows that its runs left."""

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from shoal.runs.kind import Kind, recorded

KEY = ["arm", "scale", "seed"]  # identifies a run within its experiment; untrained: no seed

# Optional parts of an experiment, which older plans lack.
ASKED = ("claims", "baseline", "cells", "collapse", "tuned", "trial", "equal_within", "looks")


@dataclass(frozen=True, eq=False)  # hashed by identity, since tables can't be compared
class Study:
    """One experiment's grid and rows.

    Attributes:
        root: the folder of all runs, or the folder of findings that keeps the rows.
        experiment: its name, e.g. `ablation`.
        digest: of the grid: eight hex digits.
        folder: of its findings, e.g. `ablation/t91-x3-standard`.
        models: the model of each arm, in the order of the table; None if the grid doesn't tell.
        runs: a row per planned run: arm, scale, seed and what `read_runs` gives. Runs that were
            made by older code are `outdated`, and are in none of the other tables.
        scores: arm, scale, seed, id, dataset, image, protocol, psnr (dB), ssim: finished runs only.
        curves: arm, scale, seed, id and the columns of curve.csv, for every run that has begun.
        claims: by id, as written in the experiment's file.
        baseline: the arm that the others are compared with.
        cells: for a crossed experiment, the values of each arm's factors as text, by label.
        collapse: the thresholds at which runs count as collapsed; see `results.collapse`.
        tuned: if each arm has its own value of a key, how these were found (`results.tuning`).
        trial: whether it tries values for another study: its findings are rows without pictures.
        equal_within: half the width of the region of practical equivalence for PSNR (dB); None: the
            default.
        looks: for a study that adds seeds until it is decided, an entry per look: the `runs` that
            finished since the last one, and `most`, the planned maximum of seeds; None: one look.
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
        """The rows of `finished` whose run is of a kind: trained, fitted or untrained."""
        return self.finished[self.finished["kind"] == kind]
