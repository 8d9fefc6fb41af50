"""The crossed statistic for small p-values: a t distribution each for seeds and for pictures.

Satterthwaite's single t trusts a small sample variance. If three seeds happen to agree, it borrows
the many degrees of freedom of the pictures. Several looks and several claims require very small
p-values, and so far out in the tail its false positives are too frequent. The Behrens-Fisher
solution adds the two uncertainties without pooling them, and is conservative (Robinson, 1976).
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import gammaln, stdtr, stdtrit

from shoal.claims.statistics import Floats, variances

NODES = 96  # of the numerical integral over one t


class BehrensFisher(NamedTuple):
    """A mean difference, with the variance and the degrees of freedom of each of its two factors.

    Attributes:
        effect: the mean difference.
        parts: `(..., 2)`: the variance that seeds and that pictures add to the mean; 0 for a factor
            of one level.
        dfs: the degrees of freedom of both.
    """

    effect: Floats
    parts: Floats
    dfs: tuple[int, int]

    def tail(self, null: float, greater: bool) -> Floats:
        """One-sided p: the probability of a mean at least as far out, if the true one is `null`."""
        away = np.asarray(self.effect - null if greater else null - self.effect)
        return beyond(away, self.parts, self.dfs)

    def interval(self, tail: float = 0.025) -> tuple[Floats, Floats]:
        """The confidence interval that leaves out the probability `tail` on each side."""
        reaches = np.sqrt(self.parts) * np.array([stdtrit(max(df, 1), 1 - tail) for df in self.dfs])
        low, high = np.zeros_like(self.effect), reaches.sum(axis=-1)
        for _ in range(50):
            middle = (low + high) / 2
            out = beyond(middle, self.parts, self.dfs) > tail
            low, high = np.where(out, middle, low), np.where(out, high, middle)
        return self.effect - high, self.effect + high


def behrens_fisher(differences: ArrayLike) -> BehrensFisher:
    """The mean of differences that are paired by seed and picture; see `statistics.crossed`.

    Args:
        differences: `(..., S, I)` without missing values; leading axes are independent studies.
    """
    d = np.asarray(differences, dtype=float)
    counts = (d.shape[-2], d.shape[-1])
    return BehrensFisher(d.mean(axis=(-2, -1)), variances(d), (counts[0] - 1, counts[1] - 1))


def beyond(away: Floats, parts: Floats, dfs: tuple[int, int]) -> Floats:
    """The probability that the sum of two scaled Student t variables exceeds a value.

    Args:
        away: the value.
        parts: `(..., 2)`: the squared scale of each variable.
        dfs: the degrees of freedom of each; ignored where its scale is 0.
    """
    away, scales = np.asarray(away, dtype=float), np.sqrt(parts)
    found = np.where(away > 0, 0.0, 1.0)  # without any variance every difference is certain
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
    """Nodes and weights that integrate over a t far into its tails (double exponential rule)."""
    grid = np.linspace(-2.8, 2.8, NODES)
    places = np.sinh(np.pi / 2 * np.sinh(grid))
    slope = np.cosh(grid) * np.cosh(np.pi / 2 * np.sinh(grid))
    height = gammaln((df + 1) / 2) - gammaln(df / 2)
    density = np.exp(height - (df + 1) / 2 * np.log1p(places**2 / df)) * slope
    return places, density / density.sum()
