"""Whether one arm's trainings survive more often than another's: an exact test on the rates.

Barnard's test, with the score statistic as the order of the tables: exact whatever the true rates
are, and of more power than Fisher's, which also holds fixed how many survived in all. Seeds are
not paired: a seed means other weights in another network, so that a collapse here tells nothing of
one there; were they alike, the test would only be the more careful. The interval holds what the
same test doesn't reject (Chan and Zhang, Biometrics 1999).
"""

from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.special import comb

from shoal.claims.comparison import Comparison
from shoal.claims.statistics import Floats
from shoal.results import Study, survival

NUISANCE = 401  # rates tried for the worst case
STEP = 0.01  # between differences tried for the ends of the interval


class Rates(NamedTuple):
    """How many runs of two arms survived, of how many that came to an end."""

    greater: int
    of_greater: int
    lesser: int
    of_lesser: int


def reliability(study: Study, greater: str, lesser: str, scale: int) -> Iterable[Rates]:
    """The share of trainings that survive: the greater arm's against the lesser's."""
    places = pd.MultiIndex.from_tuples([(greater, scale), (lesser, scale)])
    counts = survival(study).reindex(places, fill_value=0)
    (x, n), (y, m) = counts[["survived", "ended"]].to_numpy(int).tolist()
    yield Rates(x, n, y, m)


def compare_rates(rates: Rates, text: str, margin: float = 0.0) -> Comparison:
    """The difference of two shares, with an exact interval and p.

    Args:
        rates: the counts.
        text: what is compared, in words.
        margin: by how much the greater arm's share may fall short.
    """
    x, n, y, m = rates
    seeds = min(n, m)
    told = f"{text}, {x} of {n} against {y} of {m}"
    if not seeds:
        return Comparison(told, "", np.nan, np.nan, np.nan, np.nan, -1, 0, 1)
    effect = x / n - y / m
    low, high = interval(rates)
    p = min(1.0, 2 * min(p_above(rates, -margin), p_above(_turned(rates), margin)))
    return Comparison(told, "", effect, low, high, p, 1 if effect > -margin else -1, seeds, 1)


@lru_cache(maxsize=256)
def interval(rates: Rates, level: float = 0.95) -> tuple[float, float]:
    """The differences of shares that neither one-sided test at half the rest rejects."""
    alpha = (1 - level) / 2
    tried = np.arange(-1 + STEP, 1, STEP).round(6)
    above = [d for d in tried if p_above(rates, float(d)) > alpha]
    below = [d for d in tried if p_above(_turned(rates), float(-d)) > alpha]
    return (float(above[0]) if above else 1.0), (float(below[-1]) if below else -1.0)


@lru_cache(maxsize=4096)
def p_above(rates: Rates, null: float = 0.0) -> float:
    """One-sided p of "the greater arm's share is ahead by at most `null`": the worst over rates."""
    x, n, y, m = rates
    xs, ys = np.arange(n + 1.0)[:, None], np.arange(m + 1.0)[None]
    z = _score(xs, n, ys, m, null)
    extreme = z >= z[x, y] - 1e-9
    lesser = np.linspace(max(0.0, -null), min(1.0, 1.0 - null), NUISANCE)
    ahead = _binomial(n, lesser + null)  # (rates tried, n + 1)
    behind = _binomial(m, lesser)
    return float(np.einsum("ri,ij,rj->r", ahead, extreme.astype(float), behind).max())


def _turned(rates: Rates) -> Rates:
    return Rates(rates.lesser, rates.of_lesser, rates.greater, rates.of_greater)


def _binomial(n: int, rates: Floats) -> Floats:
    k, share = np.arange(n + 1), np.clip(rates, 0, 1)[:, None]
    return np.asarray(comb(n, k) * share**k * (1 - share) ** (n - k))


def _score(x: Floats, n: int, y: Floats, m: int, null: float) -> Floats:
    """Distance of the observed difference from `null` in its standard errors under it."""
    p, q = x / n + 0.0 * y, y / m + 0.0 * x
    first, second = _under(p, n, q, m, null)
    variance = first * (1 - first) / n + second * (1 - second) / m
    away = p - q - null
    far = np.where(np.abs(away) < 1e-12, 0.0, np.copysign(np.inf, away))
    return np.divide(away, np.sqrt(variance), where=variance > 1e-12, out=far)


def _under(p: Floats, n: int, q: Floats, m: int, null: float) -> tuple[Floats, Floats]:
    """The likeliest rates that differ by `null` (Farrington and Manning 1990)."""
    theta = m / n
    a = 1 + theta
    b = -(1 + theta + p + theta * q + null * (theta + 2))
    c = null**2 + null * (2 * p + theta + 1) + p + theta * q
    d = -p * null * (1 + null)
    v = b**3 / (3 * a) ** 3 - b * c / (6 * a**2) + d / (2 * a)
    u = np.where(v >= 0, 1, -1) * np.sqrt(np.maximum(b**2 / (3 * a) ** 2 - c / (3 * a), 0))
    ratio = np.divide(v, u**3, where=np.abs(u) > 1e-9, out=np.zeros_like(u))
    w = (np.pi + np.arccos(np.clip(ratio, -1, 1))) / 3
    first = np.clip(2 * u * np.cos(w) - b / (3 * a), max(0.0, null), min(1.0, 1.0 + null))
    return first, np.clip(first - null, 0, 1)
