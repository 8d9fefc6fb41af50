"""The study that most reports are tried with."""

from pathlib import Path

import pytest

from helpers.made_up import MadeUp, study_of
from shoal import results


@pytest.fixture
def study(tmp_path: Path) -> results.Study:
    """Six models, three seeds, samples; one run diverged."""
    made = MadeUp(samples=True)
    made.diverged = {made.run_id("dcnn", 3, 1): 900}
    return study_of(made, tmp_path / "runs")
