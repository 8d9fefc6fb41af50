"""One difference between two arms, with its interval and p-value."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from shoal.claims.behrens_fisher import BehrensFisher, behrens_fisher
from shoal.claims.looks import Asked, Seen
from shoal.claims.pairs import Sample
from shoal.claims.spending import LEVELS, Spending, spending
from shoal.claims.statistics import Estimate, Floats, crossed, variances

LEVEL = 0.05  # two-sided level of significance


@dataclass(frozen=True)
class Comparison:
    """The difference between two arms, with its 95 % interval and a p-value against the margin.

    If the study looks at its results more than once, the interval and both p-values account for
    all looks.

    Attributes:
        text: what is compared, in words.
        unit: `dB`, empty, or `x`; with `x`, the effect, low, high and within are ratios.
        sign: +1 if the difference is on the claim's side of the margin, else -1.
        within: half the width of the region of practical equivalence; None: equality is no answer.
        equal: p-value of the null hypothesis that the difference lies outside that region: twice
            the larger p of two one-sided tests, so that it is below 0.05 exactly if the 95 %
            interval lies within the region.
        looked: number of seeds at each look, if the study looks more than once.
        found_at: number of seeds at the look that determines p, if that was an earlier one; else 0.
        one_picture: whether there is only a single test picture, so that nothing is known about the
            variance between pictures.
        most: the largest number of seeds that was planned, at each look.
        spread: standard deviation of one seed's mean, and standard error of the mean that pictures
            cause; of logarithms for a ratio.
        margin: by how much the greater arm may fall short.
        arms: the two arms.
    """

    text: str
    unit: str
    effect: float
    low: float
    high: float
    p: float
    sign: int
    seeds: int
    images: int
    within: float | None = None
    equal: float = np.nan
    looked: tuple[int, ...] = ()
    found_at: int = 0
    one_picture: bool = False
    most: tuple[int, ...] = ()
    spread: tuple[float, float] = (np.nan, np.nan)
    margin: float = 0.0
    arms: tuple[str, ...] = ()


def compare(seen: Seen, text: str) -> Comparison:
    """Test the mean of a sample of differences by the crossed statistic.

    Args:
        seen: the differences at each look.
        text: what is compared, in words.
    """
    asked = seen.asked[-1]
    sample, margin = asked.sample, asked.margin
    assert isinstance(sample, Sample)  # rates are compared by `reliability`
    seeds, images = sample.differences.shape
    common: Any = {"seeds": seeds, "images": images, "within": asked.within}
    common |= {"margin": margin, "arms": asked.arms, "most": seen.most}
    common |= {"one_picture": sample.of_pictures and images == 1}
    if not seeds or not images:
        return Comparison(text, sample.unit, np.nan, np.nan, np.nan, np.nan, -1, **common)
    spent = spending_of(seen)
    estimates = [_estimate(asked, spent is not None) for asked in seen.asked]
    more, less = (_tails(estimates, spent, -margin, side) for side in (True, False))
    first = int(np.argmin(more if more[-1] < less[-1] else less))  # p never grows
    one, picture = np.sqrt(variances(sample.differences) * (seeds, 1))
    return Comparison(
        text,
        sample.unit,
        *_shown(estimates[-1], spent, sample.unit),
        p=two_sided(more[-1], less[-1]),
        sign=1 if more[-1] < less[-1] else -1,
        equal=_equal(estimates, spent, asked.within, sample.unit),
        looked=spent.seeds if spent else (),
        found_at=spent.seeds[first] if spent and first < len(spent.seeds) - 1 else 0,
        spread=(float(one), float(picture)),
        **common,
    )


def _shown(
    estimate: Estimate | BehrensFisher, spent: Spending | None, unit: str
) -> tuple[float, float, float]:
    """Effect and interval in the unit that is reported."""
    # If this look spends none of the level, the interval is infinite: show the widest computable.
    tail = 0.025 if spent is None else max(float(spent.nominal(0.025)[-1]), LEVELS[0])
    values = np.array([estimate.effect, *estimate.interval(tail)])
    effect, low, high = map(float, np.exp(values) if unit == "x" else values)
    return effect, low, high


def _equal(
    estimates: list[Estimate | BehrensFisher],
    spent: Spending | None,
    within: float | None,
    unit: str,
) -> float:
    if within is None:
        return np.nan
    half = float(np.log(within)) if unit == "x" else within
    above, below = _tails(estimates, spent, -half, True), _tails(estimates, spent, half, False)
    return float(np.minimum(2 * np.maximum(above[-1], below[-1]), 1.0))


def two_sided(above: float, below: float) -> float:
    """The two-sided p-value from the two one-sided ones."""
    # Over several looks both may be 1: then no level rejects on either side.
    return float(np.minimum(2 * np.minimum(above, below), 1.0))


def spending_of(seen: Seen) -> Spending | None:
    """How the level is spent over the looks; None if there is only one look."""
    counts = tuple(asked.sample.seed_count for asked in seen.asked)
    return spending(counts, seen.most) if seen.most else None


def _estimate(asked: Asked, looks: bool) -> Estimate | BehrensFisher:
    """The mean difference at one look.

    With several looks, p-values must hold far out in the tail, hence Behrens-Fisher; a variance
    that is pooled over cells has enough degrees of freedom for Satterthwaite's single t.
    """
    assert isinstance(asked.sample, Sample)
    differences = asked.sample.differences
    if looks and asked.variance is None:
        return behrens_fisher(differences)
    return crossed(differences, asked.variance)


def _tails(
    estimates: list[Estimate | BehrensFisher], spent: Spending | None, null: float, greater: bool
) -> Floats:
    """One-sided p-values `(K,)`, each over all looks so far; `(1,)` if there is one look."""
    tails: Floats = np.array([float(each.tail(null, greater)) for each in estimates])
    return tails[-1:] if spent is None else spent.adjusted(tails)
