"""All runs of a folder at a glance: status, score, what differs, age, size."""

import contextlib
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd

from shoal.errors import UserError
from shoal.results.facts import column, differing, facts, where
from shoal.results.issued import grids, read_grid
from shoal.results.rows import read_tables
from shoal.runs.kind import Kind
from shoal.runs.tables import SCORES

OF_RUNS = ("model", "scale", "seed", "seed_init", "seed_patches")
FIRST, LAST = ("id", "state", "step", "score"), ("age", "size")


def listing(
    runs: Path,
    now: datetime | None = None,
    *,
    columns: Sequence[str] = (),
    conditions: Sequence[str] = (),
    sort: str = "id",
) -> pd.DataFrame:
    """One row per run folder.

    Args:
        runs: the folder of all runs.
        now: the time that ages are relative to; the current time by default.
        columns: the columns to show, among them `experiment` and `arm` of the grids that contain a
            run. By default: id; state; step; score (`Set5 32.05`: the first test set's PSNR in dB);
            the values of the configs in which the shown runs differ; age (seconds since the run
            finished or last wrote its status); size of its files in bytes.
        conditions: `COLUMN=VALUE`; only runs that meet all of them are shown.
        sort: the column to sort by; with a minus before it, the largest first.

    Raises:
        UserError: there is no run, no such column, or no run that meets the conditions.
    """
    folders = sorted(p.parent for p in runs.glob("*/status.json"))
    folders = sorted({*folders, *(p.parent for p in runs.glob("*/record.json"))})
    if not folders:
        raise UserError(f"{runs} holds no runs: shoal train model=eeds")
    table = where(_all(folders, now), conditions)
    if table.empty:
        raise UserError(f"no run in {runs} has {','.join(conditions)}: leave a condition out")
    key = column(table, sort.removeprefix("-"))
    values = table[key].map(str) if table[key].map(type).nunique() > 1 else table[key]
    order = values.sort_values(ascending=not sort.startswith("-"), kind="stable").index
    table = table.loc[order].reset_index(drop=True)
    if "kind" in table:
        table["step"] = table["step"].astype(object).mask(table["kind"] == Kind.FITTED, "fitted")
    shown = [column(table, name) for name in columns] or _default(table)
    return table[list(dict.fromkeys(shown))]


def _all(folders: Sequence[Path], now: datetime | None) -> pd.DataFrame:
    table = facts(folders)
    scores = read_tables(folders, "scores.csv", SCORES)
    first = scores[scores["dataset"] == scores.groupby("id")["dataset"].transform("first")]
    means = first.groupby(["id", "dataset", "protocol"], sort=False)["psnr"].mean().reset_index()
    text = means["dataset"] + " " + means["psnr"].map("{:.2f}".format)
    score = text.groupby(means["id"]).first()
    since = (now or datetime.now(UTC)).timestamp()
    own = pd.DataFrame(
        {
            "score": [score.get(name, "") for name in table["id"]],
            "age": [since - _touched(folder) for folder in folders],
            **_planned(folders),
            "size": [sum(p.stat().st_size for p in f.rglob("*") if p.is_file()) for f in folders],
        },
        index=table.index,
    )
    return pd.concat([table, own], axis="columns")


def _planned(folders: Sequence[Path]) -> dict[str, list[str]]:
    """The experiments whose plans contain each run, and the labels of its arms there."""
    cited: dict[str, list[tuple[str, str]]] = {}
    for runs in {folder.parent for folder in folders}:
        for path in grids(runs):
            with contextlib.suppress(UserError):  # a broken plan is reported when it is used
                grid = read_grid(path)
                for row in grid["runs"]:
                    cited.setdefault(row["id"], []).append((grid["experiment"], row["arm"]))
    found = [cited.get(folder.name, []) for folder in folders]
    return {
        name: [", ".join(dict.fromkeys(each[place] for each in several)) for several in found]
        for place, name in enumerate(("experiment", "arm"))
    }


def _default(table: pd.DataFrame) -> list[str]:
    """The default columns: among the facts, only values of configs in which runs differ."""
    config = [name for name in table.columns if "." in name or name in OF_RUNS]
    return [*FIRST, *differing(table[config]), *LAST]


def _touched(folder: Path) -> float:
    files = [folder / name for name in ("record.json", "status.json")]
    return max(path.stat().st_mtime for path in files if path.is_file())
