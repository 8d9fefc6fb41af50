"""A training of two ranks as a user starts it, and what its run has come to."""

import os
import subprocess
import sys
import time
from pathlib import Path

from helpers.composing import ROOT
from helpers.grids import ENOUGH
from shoal.runs.folder import RunFolder


class Command:
    """A training of two ranks as a user starts it, which can be disturbed."""

    def __init__(self, folder, cache, *overrides, start=(), environment=()):
        self.folder = folder
        self.process = subprocess.Popen(
            [
                *(*(start or [sys.executable]), str(ROOT / "train.py"), "model=ees"),
                *("budget=smoke", "logger=none", "trainer=ddp_cpu", f"paths.cache={cache}"),
                *(f"paths.runs={folder}", *overrides),
            ],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=os.environ | {"PYTHONUNBUFFERED": "1", "OMP_NUM_THREADS": "1"} | dict(environment),
        )

    def wait_for(self, words):
        for line in self.process.stdout:
            if words in line:
                return self
        raise AssertionError(self.process.stderr.read())

    @property
    def ranks(self):
        """Process ids, the first rank's first."""
        pid = self.process.pid
        found = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        told = {each: Path(f"/proc/{each}/cmdline").read_bytes() for each in found}
        return [int(each) for each in found if b"spawn_main" in told[each]]

    def end(self):
        """Exit code, all that was said on errors."""
        _, errors = self.process.communicate(timeout=ENOUGH)
        return self.process.returncode, errors

    def run(self):
        (found,) = self.folder.iterdir()
        return RunFolder(found)


def gone(pids):
    """Whether all processes end in time."""
    until = time.monotonic() + ENOUGH
    while time.monotonic() < until:
        if not any(Path(f"/proc/{pid}").exists() for pid in pids):
            return True
        time.sleep(0.1)
    return False


def losses(folder):
    return [float(row["train/loss"]) for row in folder.rows("curve.csv") if row["train/loss"]]


def psnrs(folder):
    return [float(row["val/psnr"]) for row in folder.rows("curve.csv")]
