"""One run of an entry, from a cold start: a new process, no decoded pictures, no other runs."""

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
CORES = 2  # of the track on processors
# Validated once, at its end: no score may choose when to stop.
ONCE = "budget.val_every={steps}"

Record = Mapping[str, Any]
Train = Callable[[list[str]], Record]


@dataclass(frozen=True)
class Trial:
    """What a run came to.

    Attributes:
        seed: of its first weights and patches.
        seconds: from the start of its process until the last step has ended: imports, decoding,
            building and training. What validations take is left out.
        psnr: on Set5 at x2 at the end, classic protocol, dB.
    """

    seed: int
    seconds: float
    psnr: float


def trial(words: str, seed: int, train: Train) -> tuple[Trial, Record]:
    """Run an entry with a seed; gives the whole record too.

    Args:
        words: of `python train.py`.
        seed: of the run.
        train: makes a run of words and gives its record.
    """
    given = [*shlex.split(words), f"seed={seed}"]
    steps = [word.partition("=")[2] for word in given if word.startswith("budget.max_steps=")]
    record = train([*given, ONCE.format(steps=steps[-1])])
    seconds = record["start_seconds"] + record["seconds"]
    return Trial(seed, seconds, record["val"]["final_psnr"]), record


def train_cold(words: list[str]) -> Record:
    """Train in a new process and in folders of its own.

    Raises:
        SystemExit: it failed; its log has been shown.
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
