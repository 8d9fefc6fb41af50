"""Shared fixtures."""

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def shoal_data() -> Path:
    """The folder of the literature's picture sets; the test skips where there is none."""
    folder = os.environ.get("SHOAL_DATA")
    if not folder or not Path(folder).is_dir():
        pytest.skip("needs the literature's pictures: set SHOAL_DATA to their folder")
    return Path(folder).resolve()
