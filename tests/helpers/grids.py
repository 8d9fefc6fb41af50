"""Grids of real processes in tests: issue them, wait for them, read what they said."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

STAND_IN = Path(__file__).parent / "stand_in.py"
ENOUGH = 600  # seconds for what takes a minute at most, on a machine that has other work too


@dataclass
class Grid:
    """Issues grids in a folder of their own."""

    folder: Path
    script: Path = STAND_IN
    processes: list[subprocess.Popen[str]] = field(default_factory=list)

    @property
    def runs(self) -> Path:
        return self.folder / "runs"

    def wish(self, **wishes: str | None) -> None:
        """Let runs of a model end so, or (None) finish."""
        (self.folder / "wishes").mkdir(exist_ok=True)
        for model, wish in wishes.items():
            path = self.folder / "wishes" / model
            path.write_text(wish) if wish else path.unlink()

    def begin(self, *arguments: str, **environment: str) -> subprocess.Popen[str]:
        self.wish()
        environment = {
            **{key: value for key, value in os.environ.items() if key != "OMP_NUM_THREADS"},
            "WISHES": str(self.folder / "wishes"),
            "SHOAL_CACHE": str(self.folder.parent / "cache"),
            **environment,
        }
        process = subprocess.Popen(
            [sys.executable, self.script, *arguments, "logger=none"],
            cwd=self.folder,
            env=environment,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        self.processes.append(process)
        return process

    def issue(self, *arguments: str, **environment: str) -> "Ended":
        return ended(self.begin(*arguments, **environment))

    def run(self, model: str) -> Path:
        (folder,) = self.runs.glob(f"{model}-*")
        return folder


@dataclass
class Ended:
    """What a grid said, and its exit code."""

    code: int
    out: str
    err: str

    @property
    def started(self) -> list[str]:
        """The models whose runs were started, in order."""
        return re.findall(r"^\[.*\W(\w+)-x\S+ starts", self.out, re.MULTILINE)

    def list_of(self, end: str) -> list[str]:
        """The lines of the closing list below `end`."""
        text = re.search(rf"^{end} (\d+):\n((?:  .*\n)*)", self.out, re.MULTILINE)
        return text.group(2).splitlines() if text else []


def ended(process: subprocess.Popen[str]) -> Ended:
    """Wait for a grid; what it said."""
    out, err = process.communicate(timeout=ENOUGH)
    return Ended(process.returncode, out, err)


def until(there: Callable[[], object]) -> None:
    """Wait until something is true."""
    limit = time.monotonic() + ENOUGH
    while not there():
        assert time.monotonic() < limit, "it never came"
        time.sleep(0.05)


MOODY = """
import os, signal
from pathlib import Path
from torch import nn

class Moody(nn.Module):
    def __init__(self, scale, mood):
        super().__init__()
        self.mood = Path(mood)
        self.layers = nn.Sequential(nn.Conv2d(1, scale**2, 3, padding=1), nn.PixelShuffle(scale))

    def forward(self, lr):
        mood = self.mood.read_text()
        if mood == "raise" and self.training:
            raise RuntimeError("a bad mood")
        if mood == "kill" and self.training:
            os.kill(os.getpid(), signal.SIGKILL)
        return self.layers(lr)
"""
MOODS = """
# @package _global_
hydra: {mode: MULTIRUN}
experiment:
  question: What do moods do?
  factors: [model, task.optimizer.lr]
  arms:
    bicubic: [model=bicubic]
    killed: [model=kill]
    raised: [model=raise]
    diverged: [model=ees, task.optimizer.lr=1e30]
    ees: [model=ees]
"""


def moody(grid: Grid) -> list[Path]:
    """Write an experiment with two models of the user's own; returns the files of their moods."""
    own = grid.folder / "own"
    for group in ("model", "experiment"):
        (own / group).mkdir(parents=True)
    (own / "moody.py").write_text(MOODY)
    (own / "experiment" / "moods.yaml").write_text(MOODS)
    moods = [own / "kill", own / "raise"]
    for mood in moods:
        mood.write_text(mood.name)
        text = f"_target_: moody.Moody\nscale: ${{scale}}\nmood: {mood}\n"
        (own / "model" / f"{mood.name}.yaml").write_text(text)
    return moods
