"""A report of a thousand records, from the command line."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks.measure import Row, middle, side_by_side
from benchmarks.setting import ROOT, SCRATCH

ARMS = 5  # that have seeds; bicubic makes one record more


def made_up(records: int) -> Path:
    """A folder of `records` made-up runs, written by the tests' own helper."""
    sys.path.insert(0, str(ROOT / "tests"))
    from helpers.made_up import MadeUp

    runs = SCRATCH / f"records-{records}"
    shutil.rmtree(runs, ignore_errors=True)
    seeds = tuple(range(records // ARMS))
    MadeUp(seeds=seeds, budget="standard", sets={"Set5": 5, "Set14": 14}).write(runs)
    return runs


def report(runs: Path) -> None:
    """`shoal report ablation`, in a process of its own."""
    code = "from shoal.cli import main; main()"
    arguments = ["report", "ablation", "--runs", str(runs), "--out", str(SCRATCH / "findings")]
    command = [sys.executable, "-c", code, *arguments]
    subprocess.run(command, cwd=ROOT, stdout=subprocess.DEVNULL, check=True)


def rows() -> Iterator[Row]:
    """Seconds of the whole process."""
    runs = made_up(1000)
    (taken,) = side_by_side([lambda: report(runs)], rounds=3)
    yield Row("shoal report of 1,000 records", "seconds", "<= 5", middle(taken))
