"""One difference of arms with its interval."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from shoal.claims.behrens_fisher import BehrensFisher, behrens_fisher
from shoal.claims.looks import Asked, Seen
from shoal.claims.pairs import Sample
from shoal.claims.spending import LEVELS, Spending, spending
from shoal.claims.statistics import Estimate, Floats, crossed, variances

LEVEL = 0.05


@dataclass(frozen=True)
class Comparison:
    """One difference of two arms: its 95 % interval, and p against the claim's margin.

    Where a study looks more than once, the interval and both p hold over all its looks.

    Attributes:
        text: what is compared, in words.
        unit: `dB`, nothing, or `x`: effect, low, high and within are then ratios.
        sign: +1 where the difference is on the claim's side of the margin, else -1.
        within: half of the region of practical equivalence; None: equality is no answer.
        equal: p of being outside of that region: twice that of the worse of two one-sided tests, so
            that it is below 0.05 where the interval lies within.
        looked: seeds at each look, where the study looks more than once.
        found_at: seeds at the look that p stands on, where that is an earlier one; else 0.
        one_picture: whether pictures are compared and there is but one, so that nobody knows how
            others differ.
        most: seeds that were planned at most, as of each.
        spread: of one seed's mean and of the mean over pictures: standard deviations, a ratio's as
            logarithms.
        margin: by how much the greater arm may fall short.
        arms: that are compared.
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
    """The mean of a sample of differences, by the crossed statistic.

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
    """Effect and interval in the unit that people read."""
    # Where nothing is left to spend, no interval is wide enough: the widest that can be told.
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
    """The p of a difference to either side, of the p of each side."""
    # Over several looks both may be 1, where no level finds the difference.
    return float(np.minimum(2 * np.minimum(above, below), 1.0))


def spending_of(seen: Seen) -> Spending | None:
    """How the level is spent over the looks; None where there is one."""
    counts = tuple(asked.sample.seed_count for asked in seen.asked)
    return spending(counts, seen.most) if seen.most else None


def _estimate(asked: Asked, looks: bool) -> Estimate | BehrensFisher:
    """A pooled variance has freedom enough for one t."""
    assert isinstance(asked.sample, Sample)
    differences = asked.sample.differences
    if looks and asked.variance is None:
        return behrens_fisher(differences)
    return crossed(differences, asked.variance)


def _tails(
    estimates: list[Estimate | BehrensFisher], spent: Spending | None, null: float, greater: bool
) -> Floats:
    """One-sided p over all looks until each, `(K,)`; of one look it alone."""
    tails: Floats = np.array([float(each.tail(null, greater)) for each in estimates])
    return tails[-1:] if spent is None else spent.adjusted(tails)
