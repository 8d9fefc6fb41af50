"""The table of records: a row for each time that a mark was reached faster on a machine."""

import csv
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tools.speedrun.judge import Verdict

from shoal.system.files import csv_text, write_whole

FILE = Path(__file__).with_name("records.csv")
COLUMNS = (
    *("mark", "on", "seconds", "seconds_sd", "psnr", "psnr_sd", "p", "trials"),
    *("machine", "threads", "date", "commit", "words", "change"),
)

Row = Mapping[str, Any]


def read(path: Path = FILE) -> list[dict[str, str]]:
    """All records in the order in which they were set."""
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def best(rows: list[dict[str, str]], row: Row) -> float | None:
    """The seconds of the record that a row would have to beat; None if it is the first."""
    same = ("mark", "on", "machine", "threads")
    like = [r for r in rows if all(r[key] == str(row[key]) for key in same)]
    return min((float(r["seconds"]) for r in like), default=None)


def row(verdict: Verdict, on: str, record: Row, words: str, change: str) -> dict[str, Any]:
    """A row of the table.

    Args:
        verdict: on the trials.
        on: `cpu` or `gpu`.
        record: of one of the runs, which tells machine, threads and commit.
        words: the command line of `python train.py`.
        change: what is new since the last record.
    """
    dirty = "+" if record["dirty"] else ""
    return {
        "mark": verdict.mark,
        "on": on,
        **{key: f"{getattr(verdict, key):.2f}" for key in ("seconds", "seconds_sd", "psnr")},
        "psnr_sd": f"{verdict.psnr_sd:.3f}",
        "p": f"{verdict.p:.1e}",
        "trials": verdict.trials,
        "machine": record["processor"],
        "threads": record["threads"] if on == "cpu" else "",
        "date": datetime.now(UTC).date().isoformat(),
        "commit": f"{(record['commit'] or '')[:10]}{dirty}",
        "words": words,
        "change": change,
    }


def keep(row: Row, path: Path = FILE) -> str:
    """Add a row if it is a record, and return the result as a line of text."""
    rows = read(path)
    former, took = best(rows, row), f"{row['mark']} dB in {row['seconds']} s"
    if former is not None and float(row["seconds"]) >= former:
        return f"{took}: no record; the record on this machine is {former} s"
    write_whole(path, csv_text(COLUMNS, [*rows, row]))
    before = "the first on this machine" if former is None else f"{former} s before"
    return f"{took}: a record, {before}"
