"""The level that several looks share."""

import numpy as np
import pytest
from scipy.special import ndtr

from shoal.claims.spending import spending, spent


def crossings(seeds: list[int], nominal: np.ndarray, walks: int = 200_000) -> float:
    """How often the mean of a growing sample without an effect passes the bar at some look."""
    rng = np.random.default_rng(5)
    steps = np.sqrt(np.diff(seeds, prepend=0))
    z = np.cumsum(rng.normal(size=(walks, len(seeds))) * steps, axis=1) / np.sqrt(seeds)
    return float((ndtr(-z) < nominal).any(axis=1).mean())


@pytest.mark.parametrize("seeds", [[3], [3, 4, 5, 6, 7, 8], [3, 16], list(range(3, 17))])
def test_chance_passes_the_bar_at_some_look_as_often_as_the_level_says(seeds: list[int]) -> None:
    looks = spending(tuple(seeds), (seeds[-1],) * len(seeds))
    assert crossings(seeds, looks.nominal(0.025)) == pytest.approx(0.025, abs=0.0015)


def test_what_is_spent_early_is_no_more_than_its_share() -> None:
    looks = spending((3, 4), (16, 16))
    assert crossings([3, 4], looks.nominal(0.025)) == pytest.approx(
        0.025 * (4 / 16) ** 1.5, abs=6e-4
    )


def test_more_seeds_than_were_planned_spend_what_is_left_and_no_more() -> None:
    seeds, most = [3, 8, 12, 32], [16, 16, 32, 32]
    assert spent(seeds, most)[-1] == 1
    looks = spending(tuple(seeds), tuple(most))
    assert crossings(seeds, looks.nominal(0.025)) == pytest.approx(0.025, abs=0.0015)


def test_once_all_is_spent_nothing_is_decided_any_more() -> None:
    looks = spending((3, 8, 16), (8, 8, 16))
    assert looks.nominal(0.025)[-1] == 0
    assert looks.adjusted([0.5, 0.5, 1e-9])[-1] == looks.adjusted([0.5, 0.5, 0.5])[-1]


def test_p_over_all_looks_is_the_level_that_finds_it() -> None:
    looks = spending((3, 5, 9), (16, 16, 16))
    for level in (1e-6, 0.004, 0.2):
        bars = looks.nominal(level)
        for place, bar in enumerate(bars):
            alone = np.where(np.arange(3) == place, bar, 0.5)
            assert looks.adjusted(alone)[-1] == pytest.approx(level, rel=0.02)


def test_one_look_at_all_the_seeds_costs_nothing() -> None:
    assert spending((16,), (16,)).nominal(0.025)[0] == pytest.approx(0.025, rel=0.01)
