"""Quality after a given time of training, from `quality.csv`; `make bench` trains nothing for it.

python -m benchmarks.quality 5 runs/eeds-x2-s0-1f3a9c2e    # adds a run to the file
"""

import csv
import io
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.measure import Row
from benchmarks.setting import ROOT
from shoal.runs.folder import RunFolder
from shoal.system.files import csv_text, write_whole

FILE = ROOT / "benchmarks" / "quality.csv"
COLUMNS = (
    *("minutes", "val/psnr", "seconds", "step", "run", "data", "scale", "command", "commit"),
    *("dirty", "processor", "threads", "finished_at"),
)
TARGETS = {5: ">= 36.3", 30: ">= 37.0"}  # by minutes of training


def recorded() -> list[dict[str, Any]]:
    """The rows of the file."""
    text = FILE.read_text() if FILE.is_file() else ""
    return list(csv.DictReader(io.StringIO(text, newline="")))


def point(minutes: int, path: Path) -> dict[str, Any]:
    """The last row of a finished run's curve within the given time, and its origin."""
    folder = RunFolder(path)
    curve = [row for row in folder.rows("curve.csv") if float(row["seconds"]) <= 60 * minutes]
    facts = folder.record() | curve[-1] | {"minutes": minutes, "run": folder.id}
    return {name: facts[name] for name in COLUMNS}


def rows() -> Iterator[Row]:
    """Set5's `classic` PSNR in the newest run of each training time."""
    points = recorded()
    for minutes, target in TARGETS.items():
        within = [each for each in points if each["minutes"] == str(minutes)]
        parts = within[-1] if within else {"why": "quality.csv has no run of it yet"}
        what = f"EEDS x2 on T91: Set5 after {minutes} minutes of training"
        reached = float(parts["val/psnr"]) if within else None
        yield Row(what, "dB, classic", target, reached, parts)


if __name__ == "__main__":
    added = point(int(sys.argv[1]), Path(sys.argv[2]))
    write_whole(FILE, csv_text(COLUMNS, [*recorded(), added]))
