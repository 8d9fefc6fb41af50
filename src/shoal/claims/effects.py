"""Main effects and two-way interactions of the factors of a crossed experiment."""

from collections.abc import Iterator, Mapping
from itertools import combinations, product
from typing import NamedTuple

import pandas as pd

from shoal.claims.comparison import compare
from shoal.claims.differences import Difference, place, worded
from shoal.claims.looks import Asked, seen
from shoal.claims.scores import pictures, sample
from shoal.claims.statistics import Variance
from shoal.results import Study

Setting = tuple[tuple[str, str], ...]  # pairs of a factor and its value


class _Contrast(NamedTuple):
    name: str
    words: tuple[str, str]
    signs: Mapping[Setting, int]  # of the cells, by their values of the contrast's own factors


def effects(study: Study) -> list[Difference]:
    """Main effects of the factors and their two-way interactions, over all test pictures.

    A main effect compares a value with the factor's first value. An interaction is what two values
    change together, beyond the sum of their separate effects. Each is averaged over those settings
    of the other factors for which all of its cells have finished, so that neither an excluded cell
    nor a missing run confounds two factors. The variance between seeds is pooled over all cells,
    since two or three seeds of one contrast often underestimate it.
    """
    words = {contrast.name: contrast.words for contrast in _contrasts(study.cells)}
    found = []
    for each in seen(study, _effects):
        name, where, over = each.asked[-1].what
        found.append(Difference(name, where, compare(each, name), int(over)))
    return worded(study, found, lambda each: words[each.name])


def _effects(study: Study) -> Iterator[Asked]:
    for scale in study.scales:
        scores = {arm: pictures(study, arm, scale) for arm in study.cells}
        scores = {arm: table for arm, table in scores.items() if len(table)}
        scatter = _scatter(scores)
        for contrast in _contrasts(study.cells):
            if (each := _effect(study, contrast, scores, scale, scatter)) is not None:
                yield each


def _contrasts(cells: Mapping[str, Mapping[str, str]]) -> Iterator[_Contrast]:
    """Main effects, then interactions, in the order of the experiment's file."""
    levels = {
        key: list(dict.fromkeys(cell[key] for cell in cells.values()))
        for key in next(iter(cells.values()), {})
    }
    for key, (first, *others) in levels.items():
        for value in others:
            signs: dict[Setting, int] = {((key, value),): 1, ((key, first),): -1}
            yield _Contrast(f"{key}: {value} against {first}", ("better", "worse"), signs)
    for one, two in combinations(levels, 2):
        (a, *others_a), (b, *others_b) = levels[one], levels[two]
        for x, y in product(others_a, others_b):
            corners = {(x, y): 1, (x, b): -1, (a, y): -1, (a, b): 1}
            signs = {((one, p), (two, q)): sign for (p, q), sign in corners.items()}
            name = f"{one} × {two}: {x} with {y}"
            yield _Contrast(name, ("stronger together", "weaker together"), signs)


def _scatter(scores: Mapping[str, pd.DataFrame]) -> Variance | None:
    """The variance between seeds of a run's mean score, pooled over cells.

    An effect that a seed has on all cells alike is removed, since it cancels in every contrast.
    """
    means = pd.DataFrame({arm: table.mean(axis=1) for arm, table in scores.items()}).dropna()
    df = (len(means) - 1) * (means.shape[1] - 1)
    if df < 1:
        return None
    rest = means.sub(means.mean(axis=0), axis=1)
    rest = rest.sub(rest.mean(axis=1), axis=0)
    return Variance(float((rest**2).to_numpy().sum() / df), df)


def _settings(
    study: Study, contrast: _Contrast, scores: Mapping[str, pd.DataFrame]
) -> list[dict[Setting, pd.DataFrame]]:
    """The scores of a contrast's cells, for each setting of the other factors that has them all."""
    settings: dict[Setting, dict[Setting, pd.DataFrame]] = {}
    turned = {key for key, _ in next(iter(contrast.signs))}
    for arm, table in scores.items():
        cell = study.cells[arm].items()
        at = tuple(item for item in cell if item[0] in turned)
        if at in contrast.signs:
            rest = tuple(item for item in cell if item[0] not in turned)
            settings.setdefault(rest, {})[at] = table
    return [tables for tables in settings.values() if len(tables) == len(contrast.signs)]


def _effect(
    study: Study,
    contrast: _Contrast,
    scores: Mapping[str, pd.DataFrame],
    scale: int,
    scatter: Variance | None,
) -> Asked | None:
    whole = _settings(study, contrast, scores)
    if not whole:
        return None
    parts = [contrast.signs[at] * table for tables in whole for at, table in tables.items()]
    total = parts[0]
    for part in parts[1:]:
        total = total + part  # NaN for seeds and pictures that a part lacks
    each = sample(total / len(whole), "PSNR")
    if not each.differences.size:
        return None
    if scatter is not None:
        scatter = scatter._replace(value=scatter.value * len(parts) / len(whole) ** 2)
    what = (contrast.name, place(study, "", scale), str(len(whole)))
    return Asked(what, each, scale, variance=scatter)
