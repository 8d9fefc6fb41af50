"""The statistic behind verdicts on scores: seeds and pictures are crossed random factors."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import stdtr, stdtrit  # scipy.stats takes a second to import

Floats = NDArray[np.float64]


class Variance(NamedTuple):
    """The variance between seeds' means and its degrees of freedom, pooled over several samples."""

    value: float
    df: int


class Estimate(NamedTuple):
    """A mean difference, its standard error and its degrees of freedom: arrays of one shape.

    The latter two are NaN if there is neither a second seed nor a second picture.
    """

    effect: Floats
    se: Floats
    df: Floats

    def interval(self, tail: float = 0.025) -> tuple[Floats, Floats]:
        """The confidence interval that leaves out the probability `tail` on each side."""
        reach = stdtrit(self.df, 1 - tail) * self.se
        return self.effect - reach, self.effect + reach

    def p(self, null: float = 0.0) -> Floats:
        """Two-sided p-value of the null hypothesis that the true difference is `null`."""
        return 2 * np.minimum(self.tail(null, True), self.tail(null, False))

    def tail(self, null: float, greater: bool) -> Floats:
        """One-sided p: the probability of a mean at least as far out, if the true one is `null`."""
        away = np.asarray(self.effect - null if greater else null - self.effect)
        # Without any variance every difference is certain: t is infinite, or 0 for no difference.
        certain = np.where(away == 0, 0.0, np.copysign(np.inf, away))
        t = np.divide(away, self.se, where=self.se != 0, out=certain)
        return np.asarray(stdtr(self.df, -t))


def crossed(differences: ArrayLike, seeds: Variance | None = None) -> Estimate:
    """The mean of differences paired by seed and picture.

    A seed shifts all pictures and a picture shifts all seeds, so that the S x I differences aren't
    independent: se^2 = var(seed means) / S + var(picture means) / I, with Satterthwaite's degrees
    of freedom. A factor of one level adds nothing: with one seed, pictures are the only sample.

    Args:
        differences: `(..., S, I)` without missing values; leading axes are independent studies.
        seeds: the variance between seeds, if it is known better than from these differences.
    """
    d = np.asarray(differences, dtype=float)
    counts = d.shape[-2:]
    both = variances(d)
    parts = [both[..., axis] for axis in (0, 1) if counts[axis] > 1]
    dfs = [n - 1 for n in counts if n > 1]
    if seeds is not None and counts[0] > 1:
        parts[0], dfs[0] = np.full_like(parts[0], seeds.value / counts[0]), seeds.df
    effect = d.mean(axis=(-2, -1))
    if not parts:
        missing = np.full_like(effect, np.nan)
        return Estimate(effect, missing, missing)
    variance = np.sum(parts, axis=0)
    weight = np.sum([part**2 / df for part, df in zip(parts, dfs, strict=True)], axis=0)
    most = np.full_like(variance, sum(dfs))
    df = np.divide(variance**2, weight, where=weight > 0, out=most)
    return Estimate(effect, np.sqrt(variance), df)


def variances(differences: Floats) -> Floats:
    """The variances that seeds and that pictures add to the mean: `(..., S, I)` to `(..., 2)`.

    A factor of one level adds 0.
    """
    counts = differences.shape[-2:]
    means = (differences.mean(axis=-1), differences.mean(axis=-2))
    parts = [
        m.var(axis=-1, ddof=1) / n if n > 1 else np.zeros(m.shape[:-1])
        for m, n in zip(means, counts, strict=True)
    ]
    return np.stack(parts, axis=-1)


def holm(p: ArrayLike) -> Floats:
    """Holm-adjusted p-values, which keep the family-wise error rate at the level.

    Returns:
        in the order given; NaN stays NaN and doesn't count in the adjustment.
    """
    values = np.asarray(p, dtype=float)
    adjusted = np.full_like(values, np.nan)
    known = np.flatnonzero(~np.isnan(values))
    order = known[np.argsort(values[known], kind="stable")]
    factors = len(order) - np.arange(len(order))
    adjusted[order] = np.minimum(np.maximum.accumulate(factors * values[order]), 1)
    return adjusted
