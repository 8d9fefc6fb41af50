"""Colours and dashes of arms."""

from pathlib import Path

import pytest
import yaml

from helpers.composing import ROOT
from shoal.report.figures.looks import styles


@pytest.mark.parametrize("path", sorted((ROOT / "conf" / "experiment").glob("*.yaml")))
def test_arms_of_every_experiment_differ_in_grey_too(path: Path) -> None:
    arms = yaml.safe_load(path.read_text())["experiment"]["arms"]
    looks = styles(dict.fromkeys(map(str, arms))).values()
    assert len({(look.dashes, look.marker) for look in looks}) == len(arms)
    assert len({look.light for look in looks}) == len({look.dark for look in looks}) == len(arms)
