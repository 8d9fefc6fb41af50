"""Numbers of each test's own, whatever ran before it."""

import numpy as np
import pytest


@pytest.fixture
def rng() -> np.random.Generator:
    """Made anew for each test."""
    return np.random.default_rng(0)
