"""A run of an entry from a cold start: a new process, without decoded pictures or other runs."""

import json
import os
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
CORES = 2  # that a run on `cpu` may use
# Validate once, at the end, so that no score can choose when to stop.
ONCE = "budget.val_every={steps}"

Record = Mapping[str, Any]
Train = Callable[[list[str]], Record]


@dataclass(frozen=True)
class Trial:
    """The result of a run.

    Attributes:
        seed: of its initial weights and patches.
        seconds: from the start of its process until the end of the last step: imports, decoding,
            building and training, but not validation.
        psnr: on Set5 at x2 at the end, by the classic protocol, in dB.
    """

    seed: int
    seconds: float
    psnr: float


def trial(words: str, seed: int, train: Train) -> tuple[Trial, Record]:
    """Run an entry with a seed, and return the result and the run's record.

    Args:
        words: the command line of `python train.py`.
        seed: of the run.
        train: trains a run from the words of a command line, and returns its record.
    """
    given = [*shlex.split(words), f"seed={seed}"]
    steps = [word.partition("=")[2] for word in given if word.startswith("budget.max_steps=")]
    record = train([*given, ONCE.format(steps=steps[-1])])
    seconds = record["start_seconds"] + record["seconds"]
    return Trial(seed, seconds, record["val"]["final_psnr"]), record


def train_cold(words: list[str]) -> Record:
    """Train in a new process with folders of its own.

    Raises:
        SystemExit: the run failed; its output has been shown.
    """
    with tempfile.TemporaryDirectory() as place:
        paths = [f"paths.{name}={place}/{name}" for name in ("runs", "cache")]
        command = [sys.executable, str(ROOT / "train.py"), *words, *paths]
        environment = os.environ | {"OMP_NUM_THREADS": str(CORES)}
        done = subprocess.run(command, cwd=ROOT, env=environment, check=False)
        if done.returncode:
            sys.exit(done.returncode)
        (path,) = Path(place).glob("runs/*/record.json")
        record: Record = json.loads(path.read_text())
        return record
