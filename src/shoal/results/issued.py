"""The grids that were started here: found by name, and read together with their runs' rows."""

import difflib
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from shoal.errors import UserError
from shoal.results.outdated import OUTDATED, leave_out
from shoal.results.rows import read_runs, read_tables, shortened
from shoal.results.study import ASKED, KEY, Study
from shoal.runs.findings import STUDY
from shoal.runs.plans import FOLDER, parted
from shoal.runs.tables import CURVE, SCORES
from shoal.system import harmless


def grids(runs: Path, experiment: str | None = None) -> list[Path]:
    """The plan files of the grids in a folder of runs, or of one experiment's; newest last."""
    name = re.compile(r".+-[0-9a-f]{8}\.json")
    found = [p for p in (runs / FOLDER).glob("*.json") if name.fullmatch(p.name)]
    # The user types a name, which must not act as a glob pattern.
    if experiment is not None:
        found = [p for p in found if parted(p)[0] == experiment]
    return sorted(found, key=lambda path: (path.stat().st_mtime_ns, path.name))


def load(runs: Path, experiment: str, digest: str | None = None) -> Study:
    """Read an experiment's grid and its runs' rows.

    Args:
        runs: the folder of all runs.
        experiment: its name.
        digest: the grid's digest, or the beginning of it; None: the newest grid of that name.

    Raises:
        UserError: there is no such grid, or a file can't be read.
    """
    found = grids(runs, experiment)
    if not found:
        raise UserError(_no_grid(runs, experiment))
    chosen = [path for path in found if parted(path)[1].startswith(digest or "")]
    if not chosen:
        there = ", ".join(parted(path)[1] for path in found)
        raise UserError(f"no grid of {experiment!r} has an id {digest!r}: choose --id from {there}")
    return read(chosen[-1])


def _no_grid(runs: Path, experiment: str) -> str:
    """The error message: it lists the grids that there are, newest first."""
    if len(Path(experiment).parts) > 1:
        return f"{experiment} is no folder of findings: it has no {STUDY}"
    there = list(dict.fromkeys(parted(path)[0] for path in reversed(grids(runs))))
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
        grid: dict[str, Any] = harmless.from_json(path.read_bytes())
        grid["arms"][0]["label"], grid["precision"]
        _require_inside([*str(grid["folder"]).split("/"), *(run["id"] for run in grid["runs"])])
    except (ValueError, LookupError, TypeError) as error:
        raise UserError(f"{path} is no plan of a grid ({error!r}): start the grid again") from None
    return grid


def _require_inside(names: Sequence[str]) -> None:
    """Refuse names with which a foreign plan would read or write outside of its own folders."""
    for name in names:
        if name in ("", ".", "..") or {"/", "\\"} & {*name}:
            raise ValueError(f"{name!r} names no folder of ours")


def read(path: Path) -> Study:
    """Read the experiment of one grid file `runs/.experiments/<experiment>-<digest>.json`."""
    return study_of(read_grid(path), path)


def study_of(grid: dict[str, Any], path: Path) -> Study:
    """The experiment of a grid's plan, which needn't have been written yet.

    Args:
        grid: the plan.
        path: of the plan's file, which tells the digest and the folder of runs.
    """
    plan = pd.DataFrame(grid["runs"])[[*KEY, "id"]].astype({"seed": "Int64"})
    folders = [path.parents[1] / name for name in plan["id"].unique()]
    finished = [folder for folder in folders if (folder / "record.json").is_file()]
    rows = read_runs(folders).drop(columns=["scale", "seed"], errors="ignore")
    runs = shortened(leave_out(plan.merge(rows, on="id")))
    counting = plan[~plan["id"].isin(runs.loc[runs["state"] == OUTDATED, "id"])]
    facts = (
        *("experiment", "question", "command", "folder"),
        *("data", "budget", "precision", "protocol"),
    )
    return Study(
        **{name: grid[name] for name in facts},
        **{name: grid[name] for name in ASKED if name in grid},
        root=path.parents[1],
        digest=parted(path)[1],
        scales=tuple(grid["scales"]),
        seeds=tuple(grid["seeds"]),
        models=_models(grid, runs),
        runs=runs,
        scores=_asked(counting.merge(read_tables(finished, "scores.csv", SCORES), on="id"), grid),
        curves=shortened(counting.merge(read_tables(folders, "curve.csv", CURVE), on="id")),
    )


def _asked(scores: pd.DataFrame, grid: dict[str, Any]) -> pd.DataFrame:
    """The scores on the plan's own test sets: other experiments may have added more."""
    sets = grid.get("test_sets")  # plans from before 2026-11-26 have none
    return scores if sets is None else scores[scores["dataset"].isin(sets)].reset_index(drop=True)


def _models(grid: dict[str, Any], runs: pd.DataFrame) -> dict[str, str | None]:
    trained = runs.dropna(subset="model").drop_duplicates("arm").set_index("arm")["model"].to_dict()
    return {
        arm["label"]: trained.get(arm["label"]) or arm["factor"].get("model")
        for arm in grid["arms"]
    }
