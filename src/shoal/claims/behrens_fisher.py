"""The crossed statistic where p has to be small: seeds and pictures each with a t of its own.

Satterthwaite's one t takes a small sample variance at its word. Where three seeds happen to agree,
pictures then lend their many degrees of freedom, and far out in the tail, where several looks and
several claims put the bar, chance passes too often. Behrens and Fisher's solution adds the two
uncertainties as they are, and errs on the safe side (Robinson, 1976).
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import gammaln, stdtr, stdtrit

from shoal.claims.statistics import Floats, variances

NODES = 96


class BehrensFisher(NamedTuple):
    """A mean difference, and the variances of its two factors' means, each with its freedom.

    Attributes:
        effect: the mean.
        parts: `(..., 2)`: of the mean over seeds and over pictures; 0 for a factor of one level.
        dfs: degrees of freedom of each.
    """

    effect: Floats
    parts: Floats
    dfs: tuple[int, int]

    def tail(self, null: float, greater: bool) -> Floats:
        """One-sided p: how likely a mean as far on this side is, if the true one is `null`."""
        away = np.asarray(self.effect - null if greater else null - self.effect)
        return beyond(away, self.parts, self.dfs)

    def interval(self, tail: float = 0.025) -> tuple[Floats, Floats]:
        """The interval that leaves so much out on each side."""
        reaches = np.sqrt(self.parts) * np.array([stdtrit(max(df, 1), 1 - tail) for df in self.dfs])
        low, high = np.zeros_like(self.effect), reaches.sum(axis=-1)
        for _ in range(50):
            middle = (low + high) / 2
            out = beyond(middle, self.parts, self.dfs) > tail
            low, high = np.where(out, middle, low), np.where(out, high, middle)
        return self.effect - high, self.effect + high


def behrens_fisher(differences: ArrayLike) -> BehrensFisher:
    """The mean of differences paired by seed and picture, as `statistics.crossed` takes it.

    Args:
        differences: `(..., S, I)`, complete; leading axes are independent studies.
    """
    d = np.asarray(differences, dtype=float)
    counts = (d.shape[-2], d.shape[-1])
    return BehrensFisher(d.mean(axis=(-2, -1)), variances(d), (counts[0] - 1, counts[1] - 1))


def beyond(away: Floats, parts: Floats, dfs: tuple[int, int]) -> Floats:
    """How likely the sum of two scaled t, by Student, is beyond a value.

    Args:
        away: the value.
        parts: `(..., 2)`: the squares of the scales.
        dfs: degrees of freedom of each; of no meaning where the scale is 0.
    """
    away, scales = np.asarray(away, dtype=float), np.sqrt(parts)
    found = np.where(away > 0, 0.0, 1.0)  # without any spread every difference is certain
    narrow_first = scales[..., 0] <= scales[..., 1]
    for narrow, wide, chosen in ((0, 1, narrow_first), (1, 0, ~narrow_first)):
        some = chosen & (scales[..., wide] > 0)
        if some.any():
            value = (away[some], scales[some][..., narrow], scales[some][..., wide])
            found[some] = _beyond(*value, dfs[narrow], dfs[wide])
    return found


def _beyond(away: Floats, narrow: Floats, wide: Floats, df_narrow: int, df_wide: int) -> Floats:
    if not narrow.any():
        return np.asarray(stdtr(df_wide, -away / wide))
    places, weights = _student(df_narrow)
    left = (narrow[:, None] * places - away[:, None]) / wide[:, None]
    return np.asarray((weights * stdtr(df_wide, left)).sum(axis=-1))


def _student(df: int) -> tuple[Floats, Floats]:
    """Places and weights that integrate over a t, far into its tails (a double exponential)."""
    grid = np.linspace(-2.8, 2.8, NODES)
    places = np.sinh(np.pi / 2 * np.sinh(grid))
    slope = np.cosh(grid) * np.cosh(np.pi / 2 * np.sinh(grid))
    height = gammaln((df + 1) / 2) - gammaln(df / 2)
    density = np.exp(height - (df + 1) / 2 * np.log1p(places**2 / df)) * slope
    return places, density / density.sum()
