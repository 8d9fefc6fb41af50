"""Alpha spending: bounds on p at each of several looks that keep the overall level.

A study that looks at its results after every seed has many chances of a false positive. Lan and
DeMets (1983) let it spend its level in portions: by a look at S of at most M seeds, the share
(S / M)^1.5 (Kim and DeMets, 1987) is spent. That is little at first, when three seeds say little,
and everything at the end.
"""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr, ndtri

from shoal.claims.statistics import Floats

POWER = 1.5  # the exponent of the spending function
LEVELS = np.geomspace(1e-12, 0.5, 40)  # one-sided, over all looks; bounds between are interpolated
FAR = 8.0  # standard deviations beyond which a normal density counts as 0
TINY = 1e-300  # instead of 0 under a logarithm


def spent(seeds: Sequence[int], most: Sequence[int]) -> Floats:
    """The share of the level that is spent up to each look.

    If `most` is raised later, the unspent rest is distributed over the additional seeds. Once the
    whole level is spent, more seeds can't decide anything.

    Args:
        seeds: the number of seeds at each look, increasing.
        most: the largest number of seeds that was planned, at each look.

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
    """A cached `Spending`: many comparisons have the same looks."""
    return Spending(seeds, most)


class Spending:
    """Several looks at one growing sample, whose sum is a random walk with independent steps.

    All looks share the same pictures. That only makes the looks more similar, and the bounds
    conservative.

    Args:
        seeds: the number of seeds at each look, increasing.
        most: the largest number of seeds that was planned, at each look.
    """

    def __init__(self, seeds: tuple[int, ...], most: tuple[int, ...]) -> None:
        self.seeds = seeds
        self.steps = np.diff(spent(seeds, most), prepend=0.0)
        self.table = _nominal(np.array(seeds) / seeds[-1], LEVELS[:, None] * self.steps)

    def nominal(self, level: float) -> Floats:
        """The bounds `(K,)` on the one-sided p of each look that give `level` over all looks."""
        at = np.log(np.clip(level, LEVELS[0], LEVELS[-1]))
        found = [np.interp(at, np.log(LEVELS), column) for column in self._logs.T]
        return np.where(self.steps > 0, np.exp(found), 0.0)

    def adjusted(self, p: ArrayLike) -> Floats:
        """One-sided p-values over all looks so far: the smallest level at which a look rejects.

        Args:
            p: one-sided, `(..., K)`, of each look alone.

        Returns:
            `(..., K)`, not increasing along the looks; 1 if no level up to 0.5 rejects.
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
    """The bound on p at each look, by the recursion of Armitage, McPherson and Rowe.

    Args:
        times: the information fraction at each look, increasing to 1.
        steps: `(L, K)`, the probability of first crossing the bound at each look.

    Returns:
        `(L, K)`, one-sided.
    """
    increments = np.diff(times, prepend=0.0)
    count = int(np.clip(4 * FAR / np.sqrt(increments.min()), 96, 240))
    nodes, weights = np.polynomial.legendre.leggauss(count)
    found = np.zeros_like(steps)
    places = np.zeros((len(steps), 1))
    mass = np.ones((len(steps), 1))  # probability, at these places, of walks that never crossed
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
    """The bounds that the walk exceeds with the given probabilities, by bisection."""
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
