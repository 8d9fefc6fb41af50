"""What several tests of training share."""

from collections.abc import Callable
from pathlib import Path

import pytest

from helpers.composing import configured
from shoal.runs.config import RunConfig
from shoal.runs.folder import RunFolder
from shoal.training import run as training


@pytest.fixture
def short(tmp_path: Path, cache: Path, small_pictures: tuple[str, str]) -> Callable[..., RunConfig]:
    """Configs of runs of four steps, in the test's own folder."""

    def config(*overrides: str) -> RunConfig:
        places = (f"paths.runs={tmp_path / 'runs'}", f"paths.cache={cache}", "logger=none")
        length = ("budget=smoke", "budget.max_steps=4", "budget.val_every=2", "trainer=cpu")
        return configured(*small_pictures, "model=espcn", *places, *length, *overrides)

    return config


@pytest.fixture
def train(tmp_path: Path, cache: Path, small_pictures: tuple[str, str]) -> Callable[..., RunFolder]:
    """Trains as a command does, in the test's own folder; returns the run's."""

    def _train(*overrides: str, runs: str = "runs") -> RunFolder:
        paths = (f"paths.runs={tmp_path / runs}", f"paths.cache={cache}", *small_pictures)
        config = configured("budget=smoke", "model=ees", "logger=none", *paths, *overrides)
        return training.train(config, "python train.py")

    return _train
