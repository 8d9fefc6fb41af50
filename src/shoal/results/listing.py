"""All runs of a folder at a glance: status, score, age, size."""

from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
from rich.table import Table

from shoal.errors import UserError
from shoal.results.rows import read_runs, read_tables
from shoal.runs.tables import SCORES
from shoal.system.screen import screen


def listing(runs: Path, now: datetime | None = None) -> pd.DataFrame:
    """One row per run folder, by name.

    Returns:
        id; state; step; score (`Set5 32.05`: the first test set's PSNR in dB); age since the run
        finished or last spoke; size of its files in bytes.

    Raises:
        UserError: there is no run.
    """
    folders = sorted(p.parent for p in runs.glob("*/status.json"))
    folders = sorted({*folders, *(p.parent for p in runs.glob("*/record.json"))})
    if not folders:
        raise UserError(f"{runs} holds no runs: python train.py model=eeds")
    table = read_runs(folders)[["id", "state", "step"]]
    scores = read_tables(folders, "scores.csv", SCORES)
    first = scores[scores["dataset"] == scores.groupby("id")["dataset"].transform("first")]
    means = first.groupby(["id", "dataset", "protocol"], sort=False)["psnr"].mean().reset_index()
    text = means["dataset"] + " " + means["psnr"].map("{:.2f}".format)
    score = text.groupby(means["id"]).first()
    since = (now or datetime.now(UTC)).timestamp()
    return table.assign(
        score=[score.get(name, "") for name in table["id"]],
        age=[_age(since - _touched(folder)) for folder in folders],
        size=[sum(p.stat().st_size for p in f.rglob("*") if p.is_file()) for f in folders],
    )


def print_listing(runs: Path) -> None:
    """Print the listing as a table; see `listing`."""
    table = Table("run", "status", "step", "PSNR (dB)", "age", "size")
    for row in listing(runs).to_dict("records"):
        row["size"] = f"{row['size'] / 2**20:.1f} MiB"
        table.add_row(*map(str, row.values()))
    screen().print(table)


def _touched(folder: Path) -> float:
    files = [folder / name for name in ("record.json", "status.json")]
    return max(path.stat().st_mtime for path in files if path.is_file())


def _age(seconds: float) -> str:
    for unit, length in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds >= length:
            return f"{seconds / length:.0f} {unit}"
    return f"{max(seconds, 0):.0f} s"
