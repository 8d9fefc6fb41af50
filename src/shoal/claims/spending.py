"""Alpha spending: how small p has to be at each of several looks, so that all of them cost 5 %.

A study that looks again after every seed gives chance as many tries. Lan and DeMets (1983) let it
spend its level bit by bit: by a look at S seeds of at most M the share (S / M)^1.5 (Kim and DeMets,
1987) is spent, little at first, when three seeds tell little, and all at the end.
"""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr, ndtri

from shoal.claims.statistics import Floats

POWER = 1.5
LEVELS = np.geomspace(1e-12, 0.5, 40)  # one-sided, of all looks together
FAR = 8.0  # standard deviations beyond which there is nothing
TINY = 1e-300


def spent(seeds: Sequence[int], most: Sequence[int]) -> Floats:
    """The share of the level that is spent by each look.

    Where `most` is raised later, what is left then is spread over the seeds that are left; once all
    is spent, more seeds decide nothing.

    Args:
        seeds: at each look, growing.
        most: seeds that were planned at most, as of each look.

    >>> spent([4, 8, 16], [16, 16, 16]).round(3).tolist()
    [0.125, 0.354, 1.0]
    >>> spent([4, 8, 16], [16, 8, 16]).round(3).tolist()
    [0.125, 1.0, 1.0]
    """
    shares, share, before = [], 0.0, 0
    for count, end in zip(seeds, most, strict=True):
        now, then = (min(1.0, each / end) ** POWER for each in (count, before))
        share += (1 - share) * (1.0 if then >= 1 else (now - then) / (1 - then))
        shares.append(share)
        before = count
    return np.array(shares)


@lru_cache(maxsize=1024)
def spending(seeds: tuple[int, ...], most: tuple[int, ...]) -> "Spending":
    """The looks of one comparison; many have the same."""
    return Spending(seeds, most)


class Spending:
    """Several looks at one growing sample, whose means are a walk with independent steps.

    Pictures, which all looks share, only make the looks more alike, and chance's tries fewer.

    Args:
        seeds: at each look, growing.
        most: seeds that were planned at most, as of each look.
    """

    def __init__(self, seeds: tuple[int, ...], most: tuple[int, ...]) -> None:
        self.seeds = seeds
        self.steps = np.diff(spent(seeds, most), prepend=0.0)
        self.table = _nominal(np.array(seeds) / seeds[-1], LEVELS[:, None] * self.steps)

    def nominal(self, level: float) -> Floats:
        """How small a one-sided p has to be at each look for one-sided `level` over all: (K,)."""
        at = np.log(np.clip(level, LEVELS[0], LEVELS[-1]))
        found = [np.interp(at, np.log(LEVELS), column) for column in self._logs.T]
        return np.where(self.steps > 0, np.exp(found), 0.0)

    def adjusted(self, p: ArrayLike) -> Floats:
        """One-sided p-values that hold over all looks until each: the level that finds it then.

        Args:
            p: one-sided, `(..., K)`, of each look by itself.

        Returns:
            `(..., K)`, never growing; 1 where no level up to 0.5 does.
        """
        logs = np.log(np.maximum(np.asarray(p, dtype=float), TINY))
        found = np.ones_like(logs)
        for look in np.flatnonzero(self.steps > 0):
            ends = {"left": np.log(LEVELS[0]), "right": 0.0}
            level = np.interp(logs[..., look], self._logs[:, look], np.log(LEVELS), **ends)
            found[..., look] = np.exp(level)
        return np.asarray(np.minimum.accumulate(found, axis=-1))

    @property
    def _logs(self) -> Floats:
        return np.asarray(np.log(np.maximum(self.table, TINY)))


def _nominal(times: Floats, steps: Floats) -> Floats:
    """The p at which each look spends its part, by Armitage, McPherson and Rowe's recursion.

    Args:
        times: of the looks, growing to 1: the information of each.
        steps: `(L, K)`, the probability that the walk first crosses at each look.

    Returns:
        `(L, K)`, one-sided.
    """
    increments = np.diff(times, prepend=0.0)
    count = int(np.clip(4 * FAR / np.sqrt(increments.min()), 96, 240))
    nodes, weights = np.polynomial.legendre.leggauss(count)
    found = np.zeros_like(steps)
    places = np.zeros((len(steps), 1))
    mass = np.ones((len(steps), 1))  # of the walks that haven't crossed, at these places
    for look, (time, step) in enumerate(zip(times, np.sqrt(increments), strict=True)):
        bound = _bound(places, mass, step, steps[:, look])
        found[:, look] = ndtr(-bound / np.sqrt(time))
        width = (bound + FAR)[:, None] / 2
        arrived = width * (nodes + 1) - FAR
        apart = (arrived[:, None, :] - places[:, :, None]) / step
        density = np.exp(-(apart**2) / 2) / (step * np.sqrt(2 * np.pi))
        mass = np.einsum("ln,lnm->lm", mass, density) * width * weights
        places = arrived
    return np.asarray(np.maximum.accumulate(found, axis=0))


def _bound(places: Floats, mass: Floats, step: float, crossing: Floats) -> Floats:
    """Where the walk crosses with these probabilities, by bisection."""
    low, high = np.full(len(mass), -FAR), np.full(len(mass), 1.5 * FAR)
    if places.shape[1] == 1:
        return np.asarray(np.minimum(-ndtri(crossing) * step, high))
    for _ in range(50):
        middle = (low + high) / 2
        beyond = (mass * ndtr((places - middle[:, None]) / step)).sum(axis=1)
        low, high = (
            np.where(beyond > crossing, middle, low),
            np.where(beyond > crossing, high, middle),
        )
    return np.asarray((low + high) / 2)
