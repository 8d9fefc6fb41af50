"""Whether one arm trains more reliably than another."""

from dataclasses import replace
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import barnard_exact, binom

from helpers.made_up import EXACT, REAL, MadeUp, study_of
from shoal.claims import judge, read_claims
from shoal.claims.looks import Asked, Seen
from shoal.claims.pairs import Rates
from shoal.claims.reliability import compare_rates, interval, p_above
from shoal.claims.scores import psnr

CLAIMS = {
    "R": {
        "says": "EEDS trains more reliably than DCNN",
        "tests": [{"measure": "reliability", "greater": ["eeds"], "lesser": ["dcnn"]}],
    },
    "Q": {
        "says": "EEDS is better than DCNN",
        "tests": [{"measure": "psnr", "greater": ["eeds"], "lesser": ["dcnn"]}],
    },
}


@pytest.mark.parametrize("counts", [(3, 3, 0, 3), (8, 8, 5, 8), (16, 16, 11, 16), (7, 8, 3, 5)])
def test_p_is_that_of_barnard_s_test(counts: tuple[int, int, int, int]) -> None:
    x, n, y, m = counts
    table = [[x, y], [n - x, m - y]]
    theirs = barnard_exact(table, alternative="greater", pooled=True, n=256).pvalue
    assert p_above(Rates(*counts)) == pytest.approx(theirs, abs=2e-4)


@pytest.mark.parametrize("null", [0.0, 0.2])
def test_true_nulls_are_rejected_no_more_often_than_the_level(null: float) -> None:
    """Exact: over every table of 5 against 6 runs, at every pair of true rates."""
    p = np.array([[p_above(Rates(x, 5, y, 6), null) for y in range(7)] for x in range(6)])
    for rate in np.linspace(0, 1 - null, 9):
        ahead, behind = binom.pmf(range(6), 5, rate + null), binom.pmf(range(7), 6, rate)
        assert ahead @ (p <= 0.05) @ behind <= 0.05 + 1e-9


def test_interval_and_p_are_of_one_test() -> None:
    for x, y in product((4, 8), (1, 3, 5)):
        c = compare_rates(Seen((Asked(("",), Rates(x, 8, y, 8), 3),)), "")
        assert (c.p < 0.05) == (c.low > 0)
        assert c.low <= c.effect <= c.high
        assert c.effect == pytest.approx((x - y) / 8)


@pytest.mark.parametrize("runs", [1, 5])
def test_the_interval_of_all_against_none_reaches_to_the_largest_difference(runs: int) -> None:
    assert interval(Rates(runs, runs, 0, runs))[1] == 1.0
    assert interval(Rates(0, runs, runs, runs))[0] == -1.0


def test_seven_of_seven_against_none_is_supported_and_quality_has_nothing_to_say(
    tmp_path: Path,
) -> None:
    made = MadeUp(**REAL, **EXACT, seeds=range(7), claims=CLAIMS, steps=3000, every=1500)
    study = study_of(made, tmp_path)
    low = study.curves["arm"].eq("dcnn") & study.curves["step"].eq(3000)
    dead = study.curves.assign(**{"val/psnr": study.curves["val/psnr"].mask(low, 12.5)})
    r, q = judge(replace(study, curves=dead), read_claims(CLAIMS))
    assert r.word == "supported"
    assert r.decisive is not None
    assert r.decisive.text.endswith("eeds against dcnn, 7 of 7 against 0 of 7")
    assert (q.word, q.why) == ("undecided", "nothing to compare where both live")


def test_quality_is_compared_among_the_seeds_in_which_both_live(tmp_path: Path) -> None:
    made = MadeUp(**REAL, **EXACT, seeds=range(4), claims=CLAIMS)
    made.diverged = {made.run_id("dcnn", 3, 1): 500}
    study = study_of(made, tmp_path)
    low = study.curves["id"].eq(made.run_id("eeds", 3, 2)) & study.curves["step"].eq(2000)
    dead = study.curves.assign(**{"val/psnr": study.curves["val/psnr"].mask(low, 29.0)})
    study = replace(study, curves=dead)
    (sample,) = psnr(study, "eeds", "dcnn", 3)
    assert sample.differences.shape == (2, 4)  # of four seeds, two
    (rates,) = judge(study, read_claims(CLAIMS))[0].comparisons
    assert rates.effect == 0.0
