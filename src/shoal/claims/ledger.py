"""The variance ledger: how much each source contributes to the variance of a run's score.

Initial weights (`seed_init`) are crossed with orders of patches (`seed_patches`) in a two-way
layout of random factors. Equal seeds give equal bits, so there is no residual error: the
interaction of the two is a source of its own. Test pictures are the third factor.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from shoal.claims.components import of_difference, of_one
from shoal.claims.scores import pictures
from shoal.claims.statistics import Floats
from shoal.results import Study

INIT, PATCHES = "seed_init", "seed_patches"


@dataclass(frozen=True)
class Source:
    """One source of the variance of a run's score, in dB^2, with a 95 % interval.

    Attributes:
        name: the source.
        levels: how many of its levels were tried.
        variance: the unbiased estimate, which may be negative.
    """

    name: str
    levels: int
    variance: float
    low: float
    high: float


@dataclass(frozen=True)
class Ledger:
    """The sources at one scale: first weights, order of patches, both together, pictures.

    Attributes:
        scale: the enlargement factor.
        sources: in that order.
        planned: the numbers of first weights and of orders that the grid has.
        minus_bicubic: whether scores are gains over the untrained arm, picture by picture.
    """

    scale: int
    sources: tuple[Source, ...]
    planned: tuple[int, int]
    minus_bicubic: bool


def crosses_seeds(study: Study) -> bool:
    """Whether the study crosses `seed_init` with `seed_patches`, and nothing else."""
    cells = study.cells.values()
    return bool(cells) and all(set(cell) == {INIT, PATCHES} for cell in cells)


def ledgers(study: Study) -> list[Ledger]:
    """A ledger per scale; empty unless the study crosses just the two seeds."""
    if not crosses_seeds(study):
        return []
    cells = {arm: (cell[INIT], cell[PATCHES]) for arm, cell in study.cells.items()}
    return [found for scale in study.scales if (found := _ledger(study, cells, scale))]


def _ledger(study: Study, cells: dict[str, tuple[str, str]], scale: int) -> Ledger | None:
    scores, minus = _scores(study, cells, scale)
    planned = (scores.shape[0], scores.shape[1])
    whole = _whole(scores)
    if min(whole.shape) < 2:
        return None
    return Ledger(scale, tuple(sources(whole)), planned, minus)


def sources(scores: Floats) -> Iterator[Source]:
    """Variance components of a complete layout `(A, B, I)` in dB: weights, orders, pictures.

    Each is a component of the variance of one run's mean score over the I pictures.
    """
    a, b, count = scores.shape
    means = scores.mean(axis=2)
    rows, columns = means.mean(axis=1), means.mean(axis=0)
    rest = means - rows[:, None] - columns + means.mean()
    df = (a - 1, b - 1, (a - 1) * (b - 1))
    both = float((rest**2).sum()) / df[2]
    yield _component("first weights", a, b * _var(rows), df[0], both, df[2], b)
    yield _component("order of patches", b, a * _var(columns), df[1], both, df[2], a)
    yield Source("both together", a * b, both, *of_one(both, df[2]))
    each = scores.mean(axis=(0, 1))
    left = scores - means[..., None] - each + means.mean()
    df_left = (a * b - 1) * (count - 1)
    noise = float((left**2).sum()) / df_left
    facts = (a * b * _var(each), count - 1, noise, df_left, a * b * count)
    yield _component("pictures", count, *facts)


def _var(values: Floats) -> float:
    return float(values.var(ddof=1))


def _component(
    name: str, levels: int, mean: float, df: int, error: float, df_error: int, times: int
) -> Source:
    """The component (mean - error) / times with its interval; both are mean squares."""
    low, high = of_difference(mean, df, error, df_error)
    return Source(name, levels, (mean - error) / times, low / times, high / times)


def _scores(study: Study, cells: dict[str, tuple[str, str]], scale: int) -> tuple[Floats, bool]:
    """Test PSNR `(A, B, I)` in dB, NaN if a run is missing or collapsed; is it minus bicubic's?"""
    tables = {arm: pictures(study, arm, scale) for arm in study.arms}
    plain = [t.iloc[0] for arm, t in tables.items() if arm not in cells and len(t)]
    names = list(dict.fromkeys(name for arm in cells for name in tables[arm].columns))
    first, second = (list(dict.fromkeys(at[i] for at in cells.values())) for i in (0, 1))
    scores = np.full((len(first), len(second), len(names)), np.nan)
    for arm, (init, order) in cells.items():
        if len(tables[arm]):  # several runs are equal to the bit: take the first
            row = tables[arm].iloc[0].reindex(names)
            row = row - plain[0].reindex(names) if plain else row
            scores[first.index(init), second.index(order)] = row.to_numpy(float)
    return scores, bool(plain)


def _whole(scores: Floats) -> Floats:
    """The largest complete layout, greedily: drop rows, columns and pictures with gaps."""
    rows, columns = (np.arange(n) for n in scores.shape[:2])
    missing = np.asarray(np.isnan(scores).all(axis=2))
    while (left := missing[np.ix_(rows, columns)]).any():
        down, across = left.mean(axis=1), left.mean(axis=0)
        if down.max() >= across.max():
            rows = np.delete(rows, down.argmax())
        else:
            columns = np.delete(columns, across.argmax())
    part = np.asarray(scores[np.ix_(rows, columns)])
    return part[:, :, ~np.isnan(part).any(axis=(0, 1))]
