"""Whether one arm's runs survive more often than another's: an exact test of two proportions.

Barnard's test, with tables ordered by the score statistic. It is exact for all true rates, and more
powerful than Fisher's test, which also conditions on the total number of survivors. Seeds aren't
paired: the same seed means different weights in another network, so that one arm's collapse says
nothing about the other's. If outcomes were correlated, the test would only be more conservative.
The interval inverts the same test (Chan and Zhang, Biometrics 1999).
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import comb

from shoal.claims.comparison import Comparison, spending_of, two_sided
from shoal.claims.looks import Seen
from shoal.claims.pairs import Rates
from shoal.claims.spending import Spending
from shoal.claims.statistics import Floats
from shoal.results import Study, survival

NUISANCE = 401  # values of the nuisance rate over which p is maximised
STEP = 0.01  # of the grid of differences on which the interval's ends lie


def reliability(study: Study, greater: str, lesser: str, scale: int) -> Iterable[Rates]:
    """How many runs of each arm survived."""
    places = pd.MultiIndex.from_tuples([(greater, scale), (lesser, scale)])
    counts = survival(study).reindex(places, fill_value=0)
    (x, n), (y, m) = counts[["survived", "ended"]].to_numpy(int).tolist()
    yield Rates(x, n, y, m)


def compare_rates(seen: Seen, text: str) -> Comparison:
    """The difference of two survival rates, with an exact interval and p over all looks.

    Args:
        seen: the counts at each look.
        text: what is compared, in words.
    """
    asked = seen.asked[-1]
    looks = [each.sample for each in seen.asked if isinstance(each.sample, Rates)]
    rates, margin = looks[-1], asked.margin
    x, n, y, m = rates
    common: Any = {"margin": margin, "arms": asked.arms, "most": seen.most}
    told = f"{text}, {x} of {n} against {y} of {m}"
    if not rates.seed_count:
        return Comparison(told, "", np.nan, np.nan, np.nan, np.nan, -1, 0, 1, **common)
    spent = spending_of(seen)
    above = _over(spent, [p_above(each, -margin) for each in looks])
    below = _over(spent, [p_above(each.turned(), margin) for each in looks])
    tail = 0.025 if spent is None else float(spent.nominal(0.025)[-1])
    return Comparison(
        told,
        "",
        x / n - y / m,
        *interval(rates, tail),
        p=two_sided(above, below),
        sign=1 if x / n - y / m > -margin else -1,
        seeds=rates.seed_count,
        images=1,
        looked=spent.seeds if spent else (),
        spread=(_scatter(rates), 0.0),
        **common,
    )


def _over(spent: Spending | None, tails: Sequence[float]) -> float:
    """One-sided p over all looks."""
    return tails[-1] if spent is None else float(spent.adjusted(tails)[-1])


def _scatter(rates: Rates) -> float:
    """The standard deviation of one seed's difference; Laplace's rule keeps it above 0."""
    x, n, y, m = rates
    shares = np.array([(x + 1) / (n + 2), (y + 1) / (m + 2)])
    return float(np.sqrt((shares * (1 - shares)).sum()))


@lru_cache(maxsize=256)
def interval(rates: Rates, alpha: float = 0.025) -> tuple[float, float]:
    """The range of differences that neither one-sided test rejects at level `alpha`."""
    tried = np.arange(-1, 1 + STEP / 2, STEP).round(6)
    above = [d for d in tried if p_above(rates, float(d)) > alpha]
    below = [d for d in tried if p_above(rates.turned(), float(-d)) > alpha]
    return float(above[0]), float(below[-1])


@lru_cache(maxsize=4096)
def p_above(rates: Rates, null: float = 0.0) -> float:
    """One-sided p of "greater - lesser is at most `null`", maximised over the nuisance rate."""
    x, n, y, m = rates
    xs, ys = np.arange(n + 1.0)[:, None], np.arange(m + 1.0)[None]
    z = _score(xs, n, ys, m, null)
    extreme = z >= z[x, y] - 1e-9
    lesser = np.linspace(max(0.0, -null), min(1.0, 1.0 - null), NUISANCE)
    ahead = _binomial(n, lesser + null)  # (rates tried, n + 1)
    behind = _binomial(m, lesser)
    return float(np.einsum("ri,ij,rj->r", ahead, extreme.astype(float), behind).max())


def _binomial(n: int, rates: Floats) -> Floats:
    k, share = np.arange(n + 1), np.clip(rates, 0, 1)[:, None]
    return np.asarray(comb(n, k) * share**k * (1 - share) ** (n - k))


def _score(x: Floats, n: int, y: Floats, m: int, null: float) -> Floats:
    """The score statistic: (observed difference - `null`) / its standard error under `null`."""
    p, q = x / n + 0.0 * y, y / m + 0.0 * x
    first, second = _under(p, n, q, m, null)
    variance = first * (1 - first) / n + second * (1 - second) / m
    away = p - q - null
    far = np.where(np.abs(away) < 1e-12, 0.0, np.copysign(np.inf, away))
    return np.divide(away, np.sqrt(variance), where=variance > 1e-12, out=far)


def _under(p: Floats, n: int, q: Floats, m: int, null: float) -> tuple[Floats, Floats]:
    """Maximum-likelihood rates that differ by `null` (Farrington and Manning, 1990)."""
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
