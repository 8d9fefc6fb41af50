"""95 % intervals of variance components: of a mean square, and of the difference of two.

The first is exact, by chi-square. The second is the modified large-sample interval of Ting and
others (1990, "Confidence intervals on linear combinations of variance components that are
unrestricted in sign").
"""

import numpy as np
from scipy.special import chdtri, fdtri

TAIL = 0.025


def of_one(mean: float, df: int) -> tuple[float, float]:
    """Of what a mean square of so many degrees of freedom estimates."""
    low, high = (df * mean / chdtri(df, tail) for tail in (TAIL, 1 - TAIL))
    return float(low), float(high)


def of_difference(one: float, n: int, other: float, m: int) -> tuple[float, float]:
    """Of what `one - other` estimates: mean squares of n and of m degrees of freedom."""
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
    """Of chi-square over its degrees of freedom, by the share above it."""
    return float(chdtri(df, tail)) / df
