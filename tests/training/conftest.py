"""What several tests of training share."""

from collections.abc import Callable
from pathlib import Path

import pytest

from helpers.composing import configured
from shoal.runs.config import RunConfig


@pytest.fixture
def short(tmp_path: Path, cache: Path, small_pictures: tuple[str, str]) -> Callable[..., RunConfig]:
    """Configs of runs of four steps, in the test's own folder."""

    def config(*overrides: str) -> RunConfig:
        places = (f"paths.runs={tmp_path / 'runs'}", f"paths.cache={cache}", "logger=none")
        length = ("budget=smoke", "budget.max_steps=4", "budget.val_every=2", "trainer=cpu")
        return configured(*small_pictures, "model=espcn", *places, *length, *overrides)

    return config
