"""The statistic of crossed seeds and pictures, and Holm's correction."""

import numpy as np
import pytest
from scipy import stats

from shoal.claims.statistics import crossed, holm


def test_with_one_picture_the_statistic_is_the_t_test_over_seeds() -> None:
    d = np.random.default_rng(0).normal(0.2, 1, (6, 1))
    known = stats.ttest_1samp(d[:, 0], 0)
    estimate = crossed(d)
    assert float(estimate.p()) == pytest.approx(known.pvalue)
    assert np.array(estimate.interval()) == pytest.approx(np.array(known.confidence_interval()))


def test_with_one_seed_the_statistic_is_the_t_test_over_pictures() -> None:
    d = np.random.default_rng(1).normal(0.2, 1, (1, 14))
    known = stats.ttest_1samp(d[0], 0.05)
    assert float(crossed(d).p(0.05)) == pytest.approx(known.pvalue)


def test_seeds_and_pictures_add_their_variances_with_satterthwaites_freedom() -> None:
    # Seed means 1, 2, 3; picture means 1, 3: by hand, variances 1 and 2.
    d = np.array([[0.0, 2.0], [1.0, 3.0], [2.0, 4.0]])
    estimate = crossed(d)
    a, b = 1 / 3, 2 / 2
    assert float(estimate.effect) == 2
    assert float(estimate.se) == pytest.approx(np.sqrt(a + b))
    assert float(estimate.df) == pytest.approx((a + b) ** 2 / (a**2 / 2 + b**2 / 1))
    assert float(estimate.p()) == pytest.approx(
        2 * stats.t.sf(2 / np.sqrt(a + b), float(estimate.df))
    )


def test_one_seed_and_one_picture_give_no_interval() -> None:
    estimate = crossed(np.array([[0.5]]))
    assert float(estimate.effect) == 0.5
    assert np.isnan(float(estimate.p()))


@pytest.mark.parametrize(("value", "p"), [(0.0, 1.0), (0.25, 0.0)])
def test_differences_without_spread_are_certain(value: float, p: float) -> None:
    assert float(crossed(np.full((3, 4), value)).p()) == p


def simulated(
    rng: np.random.Generator, studies: int, seeds: int, images: int, seed_sd: float, image_sd: float
) -> np.ndarray:
    """Differences without any effect: a seed shifts all pictures, a picture all seeds."""
    return (
        rng.normal(0, seed_sd, (studies, seeds, 1))
        + rng.normal(0, image_sd, (studies, 1, images))
        + rng.normal(0, 0.02, (studies, seeds, images))
    )


@pytest.mark.parametrize(
    ("seeds", "images", "seed_sd", "image_sd"),
    [(3, 5, 0.1, 0.1), (3, 14, 0.1, 0.3), (5, 119, 0.1, 0.3), (3, 5, 0.3, 0.05), (3, 5, 0.05, 0.3)],
)
def test_without_an_effect_at_most_75_of_1000_studies_say_otherwise(
    seeds: int, images: int, seed_sd: float, image_sd: float
) -> None:
    rng = np.random.default_rng(seeds * 1000 + images)
    p = crossed(simulated(rng, 1000, seeds, images, seed_sd, image_sd)).p()
    assert (p < 0.05).mean() <= 0.075
    # and it isn't so shy that it never speaks
    effect = 6 * np.hypot(seed_sd / np.sqrt(seeds), image_sd / np.sqrt(images))
    shifted = simulated(rng, 1000, seeds, images, seed_sd, image_sd) + effect
    assert (crossed(shifted).p() < 0.05).mean() > 0.75


def test_holm_agrees_with_the_textbook() -> None:
    adjusted = holm([0.01, 0.04, 0.03, 0.005])
    assert adjusted == pytest.approx([0.03, 0.06, 0.06, 0.02])


def test_holm_leaves_out_what_was_not_tested() -> None:
    adjusted = holm([0.02, np.nan, 0.03])
    assert adjusted[[0, 2]] == pytest.approx([0.04, 0.04])
    assert np.isnan(adjusted[1])


def test_holm_never_passes_one() -> None:
    assert holm([0.6, 0.7]) == pytest.approx([1, 1])
