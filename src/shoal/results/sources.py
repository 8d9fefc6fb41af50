"""Where numbers come from: finished runs, and findings that answer for runs that are gone."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import pandas as pd

from shoal.results.issued import grids, read_grid
from shoal.results.kept import place
from shoal.results.rows import parsed, read_runs, read_tables
from shoal.runs.tables import SCORES

Rows = tuple[pd.DataFrame, pd.DataFrame]  # of runs, and of their scores


def from_runs(runs: Path) -> Rows:
    """The rows of the finished runs of a folder: of each experiment that names them, or of none.

    Returns:
        all values as text: a row per run and place in an experiment (`where`, `arm`), and scores.
    """
    folders = sorted(path.parent for path in runs.glob("*/record.json"))
    records = _strings(read_runs(folders).rename(columns={"scale": "_scale", "seed": "_seed"}))
    newest = {grid["folder"]: grid for grid in map(read_grid, grids(runs))}
    cited = [
        {"where": f"experiment {folder}", "id": row["id"], "arm": row["arm"]}
        for folder, grid in newest.items()
        for row in grid["runs"]
    ]
    rows = records.merge(pd.DataFrame(cited, columns=["where", "id", "arm"]), on="id", how="left")
    # Runs of no experiment belong to one cell where their commands differ in nothing but the seed.
    alone = rows["command"].map(lambda text: re.sub(r"\s+seed=\S+", "", text))
    rows["where"] = rows["where"].fillna("no experiment: " + alone)
    rows["arm"] = rows["arm"].fillna(rows["model"])
    for name in ("scale", "seed"):
        rows[name] = rows.get(f"_{name}", "")
    return rows, read_tables(folders, "scores.csv", SCORES)


def from_findings(experiments: Iterable[Path]) -> Iterator[Rows]:
    """The rows that each folder of findings keeps, of the same columns."""
    for path in (path for folder in experiments for path in sorted(folder.rglob("runs.csv"))):
        if not path.with_name("scores.csv").is_file():
            continue
        rows = pd.read_csv(path, dtype=str, keep_default_na=False)
        scores = parsed(path.with_name("scores.csv").read_bytes().decode())
        rows["where"] = f"experiment {place(path.parent)}"
        yield rows[rows["state"] == "finished"], scores


def _strings(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.astype("string").fillna("").astype(object)


def age(cell: pd.DataFrame) -> tuple[bool, str]:
    """Whether a cell is of real trainings, and when its last run finished (ISO 8601)."""
    none = pd.Series(dtype=object)
    trial = cell.get("budget", none).eq("smoke").any()
    finished = cell.get("finished_at", none)
    return not trial, str(finished.max()) if len(finished) else ""
