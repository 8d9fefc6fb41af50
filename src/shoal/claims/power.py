"""Power: which difference a number of seeds detects, and whether it would decide a comparison.

Both follow from two measured spreads: the standard deviation between seeds, and the uncertainty
that pictures cause, which more seeds don't reduce. An effect counts as detectable at a power of
80 %.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.special import stdtr, stdtrit

from shoal.claims.behrens_fisher import beyond
from shoal.claims.comparison import Comparison
from shoal.claims.looks import FEWEST
from shoal.claims.shares import Shares
from shoal.claims.spending import spending

FOUND = 0.8  # the power: the share of studies that find the effect
LIMIT = 200  # more seeds than this nobody will train


@dataclass(frozen=True)
class Bar:
    """A number of seeds, and the one-sided p that a decision there needs.

    Attributes:
        seeds: of each arm.
        tail: the bound on p.
        equal: the bound on p for being equal.
        looks: whether the study looks more than once, and so uses the Behrens-Fisher statistic.
    """

    seeds: int
    tail: float
    equal: float
    looks: bool = False


def bars(shares: Shares, looked: tuple[int, ...] = (), most: tuple[int, ...] = ()) -> Iterator[Bar]:
    """The numbers of seeds that a comparison may still reach, each with the p that it needs.

    Args:
        shares: of the level, as Holm leaves them.
        looked: the number of seeds at each look so far; empty if the study looks once.
        most: the largest number of seeds that was planned, at each of these looks.
    """
    if not most:
        for seeds in range(FEWEST, LIMIT + 1):
            yield Bar(seeds, *shares.tails)
        return
    coming = range(looked[-1] + 1 if looked else FEWEST, most[-1] + 1)
    counts = (*looked, *coming)
    if counts:
        ends = (*most[: len(looked)], *(most[-1] for _ in coming))
        spent = spending(counts, ends)
        tails = zip(*(spent.nominal(tail)[len(looked) :] for tail in shares.tails), strict=True)
        for seeds, (tail, equal) in zip(coming, tails, strict=True):
            yield Bar(seeds, float(tail), float(equal), looks=True)


def sees(bar: Bar, spread: tuple[float, float], images: int) -> float:
    """The smallest difference that is detected with a power of 80 %.

    Args:
        bar: the number of seeds, and the bound on p.
        spread: standard deviations as in `Comparison.spread`.
        images: the number of pictures.

    Returns:
        the difference, in the unit of `spread`.
    """
    low, high = 0.0, 1e3 * (sum(spread) or 1.0)
    for _ in range(60):
        middle = (low + high) / 2
        found = _tail(bar, spread, images, _cautious(bar, spread, images, middle)) < bar.tail
        low, high = (low, middle) if found else (middle, high)
    return high


def decides(bar: Bar, compared: Comparison, shift: float = 0.0, cautious: bool = True) -> bool:
    """Whether a number of seeds would decide a comparison if the measured effect were the true one.

    Args:
        bar: the number of seeds, and the bound on p.
        compared: the comparison as measured.
        shift: is added to the measured effect.
        cautious: require a power of 80 % rather than 50 %.
    """
    effect = shift + _plain(compared, compared.effect)
    half = None if compared.within is None else _plain(compared, compared.within)
    # Distances beyond the margin, and from the edge of the region of equality, each with its bound.
    nulls = [(effect + compared.margin, bar.tail), (-compared.margin - effect, bar.tail)]
    nulls += [] if half is None else [(half - abs(effect), bar.equal)]
    for away, bound in nulls:
        known = _cautious(bar, compared.spread, compared.images, away) if cautious else away
        if _tail(bar, compared.spread, compared.images, known) < bound:
            return True
    return False


def _plain(compared: Comparison, value: float) -> float:
    """A value on the scale of the differences, i.e. the logarithm of a ratio."""
    return float(np.log(value)) if compared.unit == "x" else value


def _cautious(bar: Bar, spread: tuple[float, float], images: int, away: float) -> float:
    """The distance that 80 % of studies measure at least, if the true one is `away`."""
    se, df = _satterthwaite(bar.seeds, spread, images)
    return away - float(stdtrit(df, FOUND)) * se


def _tail(bar: Bar, spread: tuple[float, float], images: int, away: float) -> float:
    """One-sided p of a measured distance."""
    if bar.looks:
        parts = np.array([spread[0] ** 2 / bar.seeds, spread[1] ** 2])
        return float(beyond(np.array(away), parts, (bar.seeds - 1, max(images - 1, 1))))
    se, df = _satterthwaite(bar.seeds, spread, images)
    return float(stdtr(df, -away / se)) if se else float(away <= 0)


def _satterthwaite(seeds: int, spread: tuple[float, float], images: int) -> tuple[float, float]:
    """Standard error and degrees of freedom of a mean."""
    parts = np.array([spread[0] ** 2 / seeds, spread[1] ** 2])
    dfs = np.array([seeds - 1, max(images - 1, 1)])
    weight = float((parts**2 / dfs).sum())
    se = float(np.sqrt(parts.sum()))
    return se, float(parts.sum() ** 2 / weight) if weight else float(dfs.sum())
