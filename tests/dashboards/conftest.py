"""Nobody's W&B, and a run's folder."""

import pytest

from helpers.offline_wandb import nobodys_wandb

__all__ = ["nobodys_wandb"]  # a fixture that is used by itself


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "runs" / "eeds-x3-s0-1f3a9c2e"
    path.mkdir(parents=True)
    return path


@pytest.fixture
def said(caplog):
    """What the package itself says on the console so far, line by line."""
    return lambda: [r.getMessage() for r in caplog.records if r.name.startswith("shoal")]
