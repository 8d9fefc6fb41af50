"""The shares of the level that Holm's adjustment leaves."""

import numpy as np
import pytest

from shoal.claims.comparison import LEVEL
from shoal.claims.shares import Shares
from shoal.claims.statistics import holm


def test_an_equal_question_still_counts_for_differences_and_a_different_one_for_equality():
    # Three questions: a difference found, found equal, undecided.
    shares = Shares.left(holm([1e-4, 0.9, 0.2]), holm([1.0, 1e-4, 0.3]))
    assert shares == Shares(difference=1 / 2, equal=1 / 2)


@pytest.mark.parametrize("seed", range(20))
def test_the_smallest_undecided_p_is_decided_exactly_below_its_share(seed: int) -> None:
    random = np.random.default_rng(seed)
    p = random.uniform(size=9) ** 4
    adjusted = holm(p)
    share = Shares.left(adjusted, adjusted).difference
    smallest = int(np.argmin(np.where(adjusted >= LEVEL, p, np.inf)))
    for factor, decided in ((0.999, True), (1.001, False)):
        p[smallest] = LEVEL * share * factor
        assert (holm(p)[smallest] < LEVEL) == decided


def test_what_was_not_tested_takes_no_share() -> None:
    assert Shares.left([np.nan, 0.5], [np.nan, np.nan]) == Shares(1.0, 1.0)
