"""Hydra's loader of the real configs, and runs that are composed by it."""

from pathlib import Path

import pytest
from hydra.core.config_loader import ConfigLoader

from helpers import composing
from helpers.plans import Composing, master
from shoal.grid.composing import compose
from shoal.grid.planned import PlannedRun


@pytest.fixture(scope="session")
def loader() -> ConfigLoader:
    return composing.loader()


@pytest.fixture
def planned(loader: ConfigLoader, tmp_path: Path) -> Composing:
    """Composes a run that lies in the test's own folder."""
    config = master(loader)

    def make(*overrides: str) -> PlannedRun:
        return compose(loader, config, [*overrides, f"paths.runs={tmp_path}"])

    return make
