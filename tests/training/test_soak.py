"""Grids under fire: whatever is killed, every run ends as its undisturbed twin."""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from helpers.composing import ROOT

# `SHOAL_SOAK_MINUTES=30 pytest tests/training/test_soak.py -s` is the long one.
MINUTES = float(os.environ.get("SHOAL_SOAK_MINUTES", "3"))
RUNS = 8
GRID = [
    *("-m", "model=ees,srcnn", "seed=0,1,2,3", "jobs=2", "logger=none", "budget=smoke"),
    *("budget.max_steps=400", "budget.val_every=50", "task/ema=decay"),
]
CLOCKS = ("seconds",)


class Soak:
    """A grid that is issued until it finishes, while its processes are killed at random.

    Args:
        folder: of its own.
        chance: decides when and at whom to shoot.
        pace: seconds that one of its runs takes here; shots come once or twice in that time.
    """

    def __init__(self, folder: Path, chance: random.Random, pace: float = 0.0) -> None:
        self.folder, self.runs, self.chance, self.pace = folder, folder / "runs", chance, pace
        self.fired: Counter[str] = Counter()
        folder.mkdir()

    def issue(self) -> subprocess.Popen[str]:
        environment = os.environ | {
            "OMP_NUM_THREADS": "1",
            "SHOAL_CACHE": str(self.folder.parent / "cache"),
        }
        return subprocess.Popen(
            [sys.executable, ROOT / "train.py", *GRID],
            cwd=self.folder,
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )

    def calm(self) -> float:
        """Let the grid be; how many seconds one of its runs took."""
        begun, driver = time.monotonic(), self.issue()
        assert driver.communicate()[1] is not None
        assert driver.returncode == 0
        return 2 * (time.monotonic() - begun) / RUNS  # two at a time

    def under_fire(self, until: float) -> None:
        """Issue the grid and shoot until the time is over; then let it end in peace."""
        code = None
        while code != 0:
            driver = self.issue()
            while driver.poll() is None and time.monotonic() < until:
                time.sleep(self.chance.uniform(0.1, 1.2) * self.pace)
                self.shoot(driver)
            error = driver.communicate()[1]
            code = driver.returncode
            assert code in (0, 1, -9, 143, 130), error
            assert "Traceback" not in error

    def shoot(self, driver: subprocess.Popen[str]) -> None:
        number = self.chance.choice([signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
        workers = self.workers()
        at_driver = self.chance.random() < 0.2
        if not (at_driver or workers):
            return  # its runs haven't begun
        pid = driver.pid if at_driver else self.chance.choice(workers)
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            return
        self.fired[f"{'driver' if at_driver else 'worker'} {number.name}"] += 1

    def workers(self) -> list[int]:
        statuses = [json.loads(path.read_text()) for path in self.runs.glob("*/status.json")]
        pids = [status["pid"] for status in statuses if status["state"] == "running"]
        return [pid for pid in pids if is_ours(pid)]  # a killed one's number may be another's

    def outcome(self) -> dict[str, tuple[str, list[list[str]]]]:
        """Of each run: the digest of its weights, and its curve without the clock."""
        found = {}
        for path in self.runs.glob("*/record.json"):
            lines = (path.parent / "curve.csv").read_text().splitlines()
            columns = lines[0].split(",")
            kept = [n for n, name in enumerate(columns) if name not in CLOCKS]
            curve = [[line.split(",")[n] for n in kept] for line in lines]
            found[path.parent.name] = (json.loads(path.read_text())["weights_sha256"], curve)
        return found

    def resumed(self) -> int:
        return sum(json.loads(p.read_text())["resumed"] for p in self.runs.glob("*/record.json"))


def is_ours(pid: int) -> bool:
    """Whether a process is a training."""
    try:
        return b"train.py" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="the kernel tells of a parent's death on Linux")
def test_grids_under_fire_end_as_their_undisturbed_twins(tmp_path: Path) -> None:
    chance = random.Random(2)
    calm = Soak(tmp_path / "calm", chance)
    pace = calm.calm()
    wanted = calm.outcome()
    assert len(wanted) == RUNS
    end, rounds, resumed, fired = time.monotonic() + 60 * MINUTES, 0, 0, Counter[str]()
    while time.monotonic() < end:
        soak = Soak(tmp_path / f"round{rounds}", chance, pace)
        soak.under_fire(end)
        assert soak.outcome() == wanted
        rounds, resumed, fired = rounds + 1, resumed + soak.resumed(), fired + soak.fired
        shutil.rmtree(soak.folder)
        print(f"{rounds} grids, {sum(fired.values())} signals {dict(fired)}, {resumed} resumes")
    assert fired
    assert resumed
