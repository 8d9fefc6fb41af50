"""The files of many runs as a few tables; fast, since a report may use a thousand runs."""

import io
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from shoal.errors import UserError, first_line
from shoal.runs.folder import RunFolder

# Columns that reports rely on; they exist even if no run has finished yet.
RECORD = [
    *("id", "state", "reason", "step", "model", "data", "budget", "parameters"),
    *("macs_per_lr_pixel", "steps", "patches", "macs", "seconds", "resumed", "peak_memory_mib"),
    *("seconds_per_megapixel", "dead_channels", "val/best_psnr", "val/best_step", "val/final_psnr"),
    *("results", "commit", "dirty", "processor", "accelerator", "threads", "devices", "precision"),
    *("data_digests/train", "weights_sha256", "command", "finished_at"),
]
# Columns that stay text: a picture may be called 101085.
NAMES = dict.fromkeys(("id", "dataset", "image", "protocol"), str)
# Prefixes of columns with measured values, and the digits that findings keep of them: 1e-6 dB is
# a hundredth of the difference that `shoal runs verify` accepts as equal.
MEASURED = ("lr", "train/", "val/", "shallow/", "deep/")
DIGITS = 8


def read_runs(folders: Iterable[Path]) -> pd.DataFrame:
    """One row per run folder: `id`, `state`, `reason`, `step`, the record flat (`val/best_psnr`).

    `state` is `finished` (there is a record), `running` (a process works on it), `interrupted`,
    `failed`, `diverged`, or `missing`.

    Raises:
        UserError: a record can't be read.
    """
    rows = [_run(RunFolder(folder)) for folder in folders]
    table = pd.DataFrame(rows, dtype=object).convert_dtypes()
    return table.reindex(columns=[*RECORD, *(c for c in table.columns if c not in RECORD)])


def _run(folder: RunFolder) -> dict[str, Any]:
    status = folder.status()
    facts = {key: status.get(key) for key in ("reason", "step")}
    if not folder.finished:
        if status:  # the status of a killed run may lag behind its curve
            facts["step"] = max(facts["step"] or 0, folder.step)
        return {"id": folder.id, "state": folder.state()} | facts
    record = folder.record()
    # Test scores come from scores.csv alone, so that each number has a single source.
    told = dict(flat({key: value for key, value in record.items() if key != "scores"}, "/"))
    return (
        {"state": "finished", "reason": None, "step": told.get("steps")} | told | {"id": folder.id}
    )


def flat(tree: Mapping[str, Any], between: str, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """The leaves of a tree, each with the keys that lead to it, joined by `between`.

    >>> dict(flat({"val": {"psnr": 30.4}, "step": 7}, "/"))
    {'val/psnr': 30.4, 'step': 7}
    """
    for key, value in tree.items():
        if isinstance(value, Mapping):
            yield from flat(value, between, f"{prefix}{key}{between}")
        else:
            yield prefix + key, value


def read_tables(folders: Iterable[Path], name: str, columns: Sequence[str]) -> pd.DataFrame:
    """The CSV file `name` of every folder as one table; column `id` is the folder's name.

    Files with the same header are parsed together, since a thousand parser calls take seconds.

    Args:
        folders: run folders; one without the file adds no row.
        name: `curve.csv` or `scores.csv`.
        columns: columns of that file that the table has even if no file has them.

    Raises:
        UserError: a file isn't text, or has rows longer than its header.
    """
    bodies: dict[str, list[str]] = defaultdict(list)
    quoted: list[pd.DataFrame] = []  # quoted names may hold line breaks: parsed file by file
    for folder in folders:
        path = folder / name
        text = _text(path) if path.is_file() else ""
        header, *lines = text.split("\n")
        commas = header.count(",")
        if '"' in text or any(line.count(",") > commas for line in lines):
            quoted.append(_alone(path, text).assign(id=folder.name))
        elif text:
            bodies[header] += [f"{folder.name},{line}" for line in lines if line]
    parts = quoted + [
        parsed("\n".join([f"id,{header}", *lines])) for header, lines in bodies.items() if lines
    ]
    table = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()
    known = ["id", *columns]
    table = table.reindex(columns=[*known, *(c for c in table.columns if c not in known)])
    # Without any row, the types of columns can't be inferred.
    return table.astype({key: str for key in NAMES if key in table and not parts})


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode()
    except ValueError as error:
        raise UserError(f"{path} is no table ({error}): train it anew, force=true") from None


def _alone(path: Path, text: str) -> pd.DataFrame:
    try:
        return parsed(text)
    except ValueError as error:
        raise UserError(
            f"{path} is no table ({first_line(error)}): train it anew, force=true"
        ) from None


def parsed(text: str) -> pd.DataFrame:
    """Rows of scores or of a curve; names stay text, since a picture may be called NA."""
    numbers = [name for name in text.partition("\n")[0].split(",") if name not in NAMES]
    return pd.read_csv(
        io.StringIO(text, newline=""),
        dtype=NAMES,
        keep_default_na=False,
        na_values={name: ["", "nan"] for name in numbers},
    )


def shortened(rows: pd.DataFrame) -> pd.DataFrame:
    """Round measured values to the digits that processors agree on; counts stay exact.

    This makes findings a twentieth smaller.
    """
    names = [n for n in rows.select_dtypes("float").columns if n.startswith(MEASURED)]
    short = {n: rows[n].map(_short, na_action="ignore").astype(rows[n].dtype) for n in names}
    return rows.assign(**short)


def _short(number: float) -> float:
    return float(f"{number:.{DIGITS}g}")
