"""What a number of seeds can see, and how many an open question would take.

From measured spreads: how far the means of seeds scatter, and what pictures leave uncertain, which
no seed makes smaller. An effect counts as seen where four studies of five would find it.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.special import stdtr, stdtrit

from shoal.claims.behrens_fisher import beyond
from shoal.claims.comparison import LEVEL, Comparison
from shoal.claims.looks import FEWEST
from shoal.claims.spending import spending

FOUND = 0.8
LIMIT = 200  # seeds that nobody will train


@dataclass(frozen=True)
class Bar:
    """A number of seeds, and how small a one-sided p has to be there.

    Attributes:
        looks: whether the study looks more than once: its statistic is then Behrens and Fisher's.
    """

    seeds: int
    tail: float
    looks: bool = False


def bars(share: float, looked: tuple[int, ...] = (), most: tuple[int, ...] = ()) -> Iterator[Bar]:
    """Numbers of seeds that a comparison may yet have, each with its bar.

    Args:
        share: of the level, by Holm.
        looked: seeds at the looks that have been; none where the study looks once.
        most: seeds that were planned at most, as of each of these.
    """
    if not most:
        for seeds in range(FEWEST, LIMIT + 1):
            yield Bar(seeds, LEVEL / 2 * share)
        return
    coming = range(looked[-1] + 1 if looked else FEWEST, most[-1] + 1)
    counts = (*looked, *coming)
    if counts:
        ends = (*most[: len(looked)], *(most[-1] for _ in coming))
        tails = spending(counts, ends).nominal(LEVEL / 2 * share)
        for seeds, tail in zip(coming, tails[len(looked) :], strict=True):
            yield Bar(seeds, float(tail), looks=True)


def sees(bar: Bar, spread: tuple[float, float], images: int) -> float:
    """The smallest difference that a number of seeds finds four times of five.

    Args:
        bar: what p has to be below.
        spread: of one seed's mean and of the mean over pictures, as `Comparison` has it.
        images: pictures.
    """
    low, high = 0.0, 1e3 * (sum(spread) or 1.0)
    for _ in range(60):
        middle = (low + high) / 2
        found = _tail(bar, spread, images, _cautious(bar, spread, images, middle)) < bar.tail
        low, high = (low, middle) if found else (middle, high)
    return high


def decides(bar: Bar, compared: Comparison, shift: float = 0.0, cautious: bool = True) -> bool:
    """Whether a comparison would have an answer, were the truth what has been measured.

    Args:
        bar: the number of seeds.
        compared: what has been measured.
        shift: added to its effect.
        cautious: whether four studies of five have to find it; else one of two.
    """
    effect = shift + _plain(compared, compared.effect)
    half = None if compared.within is None else _plain(compared, compared.within)
    nulls = [effect + compared.margin, -compared.margin - effect]  # how far on either side
    nulls += [] if half is None else [half - abs(effect)]
    for away in nulls:
        known = _cautious(bar, compared.spread, compared.images, away) if cautious else away
        if _tail(bar, compared.spread, compared.images, known) < bar.tail:
            return True
    return False


def _plain(compared: Comparison, value: float) -> float:
    """A value on the scale of the differences."""
    return float(np.log(value)) if compared.unit == "x" else value


def _cautious(bar: Bar, spread: tuple[float, float], images: int, away: float) -> float:
    """What four studies of five measure at least, where the truth is so far away."""
    se, df = _satterthwaite(bar.seeds, spread, images)
    return away - float(stdtrit(df, FOUND)) * se


def _tail(bar: Bar, spread: tuple[float, float], images: int, away: float) -> float:
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
