"""95 % intervals for a mean square and for the difference of two, as variance components need.

The first is the exact chi-square interval. The second is the modified large-sample interval of Ting
et al. (1990, "Confidence intervals on linear combinations of variance components that are
unrestricted in sign").
"""

import numpy as np
from scipy.special import chdtri, fdtri

TAIL = 0.025


def of_one(mean: float, df: int) -> tuple[float, float]:
    """Interval for the expectation of a mean square with `df` degrees of freedom."""
    low, high = (df * mean / chdtri(df, tail) for tail in (TAIL, 1 - TAIL))
    return float(low), float(high)


def of_difference(one: float, n: int, other: float, m: int) -> tuple[float, float]:
    """Interval for the expectation of `one - other`, mean squares with n and m degrees."""
    low = one - other - np.sqrt(max(_below(one, n, other, m), 0.0))
    high = one - other + np.sqrt(max(_above(one, n, other, m), 0.0))
    return float(low), float(high)


def _below(one: float, n: int, other: float, m: int) -> float:
    g, h = 1 - 1 / _quantile(n, TAIL), 1 / _quantile(m, 1 - TAIL) - 1
    f = float(fdtri(n, m, 1 - TAIL))
    mixed = ((f - 1) ** 2 - (g * f) ** 2 - h**2) / f
    return (g * one) ** 2 + (h * other) ** 2 + mixed * one * other


def _above(one: float, n: int, other: float, m: int) -> float:
    h, g = 1 / _quantile(n, 1 - TAIL) - 1, 1 - 1 / _quantile(m, TAIL)
    f = float(fdtri(n, m, TAIL))
    mixed = ((1 - f) ** 2 - (h * f) ** 2 - g**2) / f
    return (h * one) ** 2 + (g * other) ** 2 + mixed * one * other


def _quantile(df: int, tail: float) -> float:
    """The quantile of chi-square / df that is exceeded with probability `tail`."""
    return float(chdtri(df, tail)) / df
