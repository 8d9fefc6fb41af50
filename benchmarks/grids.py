"""A grid of eight small runs, two at a time and one at a time."""

import shutil
import subprocess
import sys
from collections.abc import Iterator

from benchmarks.measure import Row, middle, ratio, side_by_side
from benchmarks.setting import ROOT, SCRATCH

STEPS = 100


def grid(jobs: int) -> None:
    """Train the grid in an empty folder."""
    runs = SCRATCH / "grid"
    shutil.rmtree(runs, ignore_errors=True)
    overrides = [
        "-m", "model=ees,eeds_fast", "seed=0,1,2,3", f"jobs={jobs}", "budget=smoke",
        f"budget.max_steps={STEPS}", f"budget.val_every={STEPS}", "budget.batch_size=16",
        "logger=none", "trainer=cpu", f"paths.runs={runs}", f"paths.cache={SCRATCH}/cache",
    ]  # fmt: skip
    command = [sys.executable, "train.py", *overrides]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)


def rows() -> Iterator[Row]:
    """Wall time of both."""
    two, one = side_by_side([lambda: grid(2), lambda: grid(1)], rounds=1, warm_up=False)
    parts = {"jobs=2 s": middle(two), "jobs=1 s": middle(one)}
    what = "a grid of eight small runs, jobs=2"
    yield Row(what, "jobs=1", "<= 0.75", ratio(two, one), parts)
