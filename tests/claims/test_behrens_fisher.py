"""Two uncertainties, each with a t of its own."""

import numpy as np
import pytest
from scipy import stats

from shoal.claims.behrens_fisher import behrens_fisher, beyond
from shoal.claims.statistics import crossed


@pytest.mark.parametrize("parts", [(1.0, 4.0), (1e-4, 1.0), (1.0, 1e-4), (1.0, 1.0)])
def test_two_t_of_one_degree_add_to_a_cauchy(parts: tuple[float, float]) -> None:
    away = np.array([-2.0, 0.5, 3.0, 30.0, 300.0])
    known = stats.cauchy.sf(away, scale=np.sqrt(parts).sum())
    assert beyond(away, np.tile(parts, (5, 1)), (1, 1)) == pytest.approx(known, rel=0.05)


def test_with_one_picture_it_is_the_t_test_over_seeds() -> None:
    d = np.random.default_rng(0).normal(0.2, 1, (6, 1))
    known = stats.ttest_1samp(d[:, 0], 0, alternative="greater")
    estimate = behrens_fisher(d)
    assert float(estimate.tail(0, greater=True)) == pytest.approx(known.pvalue)
    assert np.array(estimate.interval()) == pytest.approx(np.array(crossed(d).interval()), rel=1e-6)


def test_the_interval_ends_where_the_tail_does() -> None:
    d = np.random.default_rng(1).normal(0.2, 0.1, (4, 7))
    low, high = behrens_fisher(d).interval(0.004)
    assert float(behrens_fisher(d).tail(float(low), greater=True)) == pytest.approx(0.004)
    assert float(behrens_fisher(d).tail(float(high), greater=False)) == pytest.approx(0.004)


def test_with_many_seeds_and_pictures_it_is_the_crossed_statistic() -> None:
    d = np.random.default_rng(2).normal(0.02, 0.1, (200, 300))
    assert float(behrens_fisher(d).tail(0, greater=True)) == pytest.approx(
        float(crossed(d).tail(0, greater=True)), rel=0.05
    )


@pytest.mark.parametrize(("value", "p"), [(0.25, 0.0), (0.0, 1.0), (-0.25, 1.0)])
def test_differences_without_spread_are_certain(value: float, p: float) -> None:
    assert float(behrens_fisher(np.full((3, 4), value)).tail(0, greater=True)) == p
