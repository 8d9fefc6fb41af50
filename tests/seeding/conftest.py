"""Hydra's loader of the real configs, and an experiment that adds seeds."""

from pathlib import Path

import pytest
from hydra.core.config_loader import ConfigLoader

from helpers import composing
from helpers.lab import Lab


@pytest.fixture
def loader() -> ConfigLoader:
    return composing.loader()


@pytest.fixture
def lab(loader: ConfigLoader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lab:
    monkeypatch.setenv("OMP_NUM_THREADS", "1")  # how long runs take is told by their threads
    return Lab(loader, tmp_path / "runs")
