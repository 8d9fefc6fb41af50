"""An experiment as it stands on disk: what was planned, and the rows that its runs left."""

import difflib
import json
import re
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from shoal.errors import UserError
from shoal.results.outdated import OUTDATED, leave_out
from shoal.results.rows import read_runs, read_tables
from shoal.runs.kind import Kind
from shoal.runs.tables import CURVE, SCORES

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
        # Records from before there was the word are of runs by steps, or of none.
        by_steps = (rows["steps"] > 0).map({True: str(Kind.TRAINED), False: str(Kind.UNTRAINED)})
        kinds = rows["kind"].fillna(by_steps) if "kind" in rows else by_steps
        return rows.assign(kind=kinds)

    def of_kind(self, kind: Kind) -> pd.DataFrame:
        """The rows of `finished` whose run did that to its model."""
        return self.finished[self.finished["kind"] == kind]


def grids(runs: Path, experiment: str = "*") -> list[Path]:
    """The files of the grids issued here, newest last."""
    name = re.compile(r".+-[0-9a-f]{8}\.json")
    found = [p for p in (runs / ".experiments").glob(f"{experiment}-*.json") if name.match(p.name)]
    if experiment != "*":
        found = [p for p in found if p.stem[:-9] == experiment]
    return sorted(found, key=lambda path: (path.stat().st_mtime_ns, path.name))


def load(runs: Path, experiment: str, digest: str | None = None) -> Study:
    """Read an experiment.

    Args:
        runs: the folder of all runs.
        experiment: its name.
        digest: (the beginning of) the grid's digest; None: the newest of that name.

    Raises:
        UserError: there is no such grid, or a file can't be read.
    """
    found = grids(runs, experiment)
    if not found:
        raise UserError(_no_grid(runs, experiment))
    chosen = [path for path in found if path.stem[-8:].startswith(digest or "")]
    if not chosen:
        there = ", ".join(path.stem[-8:] for path in found)
        raise UserError(f"no grid of {experiment!r} begins with {digest!r}: --id one of {there}")
    return read(chosen[-1])


def _no_grid(runs: Path, experiment: str) -> str:
    """What there is instead: the grids of other names, newest first."""
    there = list(dict.fromkeys(path.stem[:-9] for path in reversed(grids(runs))))
    near = difflib.get_close_matches(experiment, there, n=1)
    hint = f" (did you mean {near[0]}?)" if near else ""
    known = f"there are {', '.join(there)}" if there else f"shoal train experiment={experiment}"
    return f"{runs} holds no grid named {experiment!r}{hint}: {known}"


def read_grid(path: Path) -> dict[str, Any]:
    """The plan that a grid wrote.

    Raises:
        UserError: the file is broken.
    """
    try:
        grid: dict[str, Any] = json.loads(path.read_text())
        grid["runs"][0]["id"], grid["arms"][0]["label"], grid["precision"]
    except (ValueError, LookupError, TypeError) as error:
        raise UserError(f"{path} is no plan of a grid ({error!r}): issue the grid again") from None
    return grid


def read(path: Path) -> Study:
    """Read the experiment of one grid file `runs/.experiments/<experiment>-<digest>.json`."""
    return study_of(read_grid(path), path)


def study_of(grid: dict[str, Any], path: Path) -> Study:
    """The experiment of a grid's plan, be it written yet or not.

    Args:
        grid: the plan.
        path: of its file.
    """
    plan = pd.DataFrame(grid["runs"])[[*KEY, "id"]].astype({"seed": "Int64"})
    folders = [path.parents[1] / name for name in plan["id"].unique()]
    finished = [folder for folder in folders if (folder / "record.json").is_file()]
    rows = read_runs(folders).drop(columns=["scale", "seed"], errors="ignore")
    runs = leave_out(plan.merge(rows, on="id"))
    counting = plan[~plan["id"].isin(runs.loc[runs["state"] == OUTDATED, "id"])]
    facts = (
        *("experiment", "question", "command", "folder"),
        *("data", "budget", "precision", "protocol"),
    )
    return Study(
        **{name: grid[name] for name in facts},
        **{name: grid[name] for name in ASKED if name in grid},
        root=path.parents[1],
        digest=path.stem[-8:],
        scales=tuple(grid["scales"]),
        seeds=tuple(grid["seeds"]),
        models=_models(grid, runs),
        runs=runs,
        scores=_asked(counting.merge(read_tables(finished, "scores.csv", SCORES), on="id"), grid),
        curves=counting.merge(read_tables(folders, "curve.csv", CURVE), on="id"),
    )


def _asked(scores: pd.DataFrame, grid: dict[str, Any]) -> pd.DataFrame:
    """Without the test sets that a run has been scored on for another experiment."""
    sets = grid.get("test_sets")  # plans from before 2026-11-26 have none
    return scores if sets is None else scores[scores["dataset"].isin(sets)].reset_index(drop=True)


def _models(grid: dict[str, Any], runs: pd.DataFrame) -> dict[str, str | None]:
    trained = runs.dropna(subset="model").drop_duplicates("arm").set_index("arm")["model"].to_dict()
    return {
        arm["label"]: trained.get(arm["label"]) or arm["factor"].get("model")
        for arm in grid["arms"]
    }
