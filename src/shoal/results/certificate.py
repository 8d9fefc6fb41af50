"""The birth certificate of a number: the runs, code, data and commands behind a table cell."""

from collections.abc import Iterator, Mapping, Sequence

import pandas as pd

from shoal.results.sources import Cell
from shoal.results.study import KEY
from shoal.runs.tables import extras
from shoal.runs.values import START

# Facts that the runs of one cell should share; if they differ, each value is listed with its runs.
SHARED = {
    "data": "training data",
    "budget": "budget",
    "results": "results version",
    "commit": "commit",
    "dirty": "uncommitted changes",
    "precision": "precision",
    "processor": "processor",
    "accelerator": "accelerator",
    "threads": "threads",
    "devices": "devices",
}
# Families of columns `family/key`; the key completes the label.
FAMILIES = {"data_digests": "digest of", "versions": "version of", "code": "code of"}
DIGESTS = {"weights_sha256": "weights", START: "started from weights"}
PER_RUN = ["seed", "psnr", "ssim", "images", "resumed", "finished_at"]


def certificate(cell: Cell) -> str:
    """The text that documents a cell: a part for each protocol that it was scored by."""
    by, lost = cell.scores.groupby("protocol"), cell.lost
    return "\n\n".join(_of_protocol(cell, part, lost) for _, part in by)


def _of_protocol(cell: Cell, scores: pd.DataFrame, lost: Mapping[str, str]) -> str:
    """The mean that tables show, then the shared facts, then each run."""
    means, added = _means(scores)
    rows = cell.runs.drop_duplicates("id").set_index("id").join(means, how="inner")
    alive = rows[~rows.index.isin(list(lost))]
    counted = rows if alive.empty else alive
    first, score = rows.iloc[0], scores.iloc[0]
    lines = [
        f"{cell.arm} on {score['dataset']} x{first['scale']}: {_said(counted, added)}",
        f"  {cell.where}, arm {cell.arm}, model {first['model']}",
        f"  protocol {score['protocol']}: mean over pictures of each run, then over "
        f"{_count(counted, rows)}",
    ]
    if len(counted) < len(rows):
        lines.append(f"  over all {len(rows)} that finished: {_said(rows, added)}")
    for column, meaning in _facts(rows):
        lines += [f"  {meaning}: {text}" for text in _values(rows, column)]
    for name, row in rows.iterrows():
        lines += _run(row, added, lost.get(str(name)))
    return "\n".join(lines)


def _run(row: pd.Series, added: Sequence[str], lost: str | None) -> list[str]:
    told = [key for key in (*PER_RUN, *added) if str(row.get(key, "")) != ""]
    facts = [f"{key} {_shown(row[key])}" for key in told] + [f"collapsed: {lost}"] * bool(lost)
    digests = [
        f"    {meaning} sha256 {row[column]}"
        for column, meaning in DIGESTS.items()
        if row.get(column)
    ]
    return [f"  run {row.name}: {', '.join(facts)}", *digests, f"    redo: {row['command']}"]


def _means(scores: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    """Each run's mean scores, and the names of the `metrics=` columns that all its rows have."""
    added = [name for name in extras(map(str, scores.dropna(axis=1))) if name not in (*KEY, "id")]
    others = {name: (name, "mean") for name in added}
    by = scores.groupby("id", sort=False)
    facts = {"psnr": ("psnr", "mean"), "ssim": ("ssim", "mean"), "images": ("image", "size")}
    return by.agg(**facts, **others), added


def _said(rows: pd.DataFrame, added: Sequence[str]) -> str:
    others = "".join(f", {name} {_spread(rows[name], 4)}" for name in added)
    return f"{_spread(rows['psnr'], 2)} dB, SSIM {_spread(rows['ssim'], 4)}{others}"


def _facts(rows: pd.DataFrame) -> Iterator[tuple[str, str]]:
    yield from SHARED.items()
    for family, meaning in FAMILIES.items():
        for column in rows.columns:
            if str(column).startswith(f"{family}/"):
                yield column, f"{meaning} {str(column).partition('/')[2]}"


def _values(rows: pd.DataFrame, column: str) -> list[str]:
    if column not in rows:  # findings from before this fact was recorded
        return ["unknown"]
    groups = rows.groupby(column, sort=False)
    if len(groups) == 1:
        value = str(rows[column].iloc[0])
        return [value or "unknown"] if column in SHARED or value else []
    return [f"{str(value) or 'unknown'} ({', '.join(part.index)})" for value, part in groups]


def _spread(values: pd.Series, digits: int) -> str:
    mean = f"{values.mean():.{digits}f}"
    return mean if len(values) == 1 else f"{mean} ± {values.std():.{digits}f}"


def _count(counted: pd.DataFrame, rows: pd.DataFrame) -> str:
    if len(counted) < len(rows):
        return f"the {len(counted)} of {len(rows)} that didn't collapse (± sd)"
    return "1 run" if len(rows) == 1 else f"all {len(rows)} seeds that finished (± sd)"


def _shown(value: object) -> str:
    return f"{value:.4f}" if isinstance(value, float) else str(value)
