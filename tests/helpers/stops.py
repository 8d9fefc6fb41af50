"""Runs that are stopped, and what they leave."""

import os
import signal
from pathlib import Path
from typing import Any

import pytest

from shoal.runs.folder import RunFolder
from shoal.training.module import SuperResolution


def full(*_: object, **__: object) -> None:
    """What a full disk says to whoever writes."""
    raise OSError(28, "No space left on device")


def only_folder(tmp_path: Path) -> Path:
    (path,) = (tmp_path / "runs").iterdir()
    return path


def without_clock(folder: RunFolder) -> list[dict[str, Any]]:
    return [row | {"seconds": None} for row in folder.rows("curve.csv")]


def stopped_after(count: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let Slurm's signal come within a step."""
    steps = iter(range(1, 1000))

    def signalled(*_: object) -> None:
        if next(steps) == count:
            os.kill(os.getpid(), signal.SIGTERM)

    monkeypatch.setattr(SuperResolution, "on_before_optimizer_step", signalled)
