"""What an experiment shows without a claim: each arm against the baseline, effects of factors."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, product
from typing import NamedTuple

import numpy as np
import pandas as pd

from shoal.claims.comparison import LEVEL, Comparison, compare, held_back
from shoal.claims.measures import pictures, psnr, sample
from shoal.claims.statistics import Variance, holm
from shoal.results import Study

# Seeds that decide a difference of two arms by itself: two tell too little of how far seeds scatter
# (a level of 5 % is passed by chance in up to 12 %). Effects have the scatter of all cells.
FEWEST = 3
Setting = tuple[tuple[str, str], ...]  # values of the factors that a contrast doesn't turn


@dataclass(frozen=True)
class Difference:
    """One difference in dB of test PSNR, its p adjusted over all of its table, and a word.

    Attributes:
        name: of the arm, or of the values that are compared.
        where: the test set and, of several scales, the scale.
        over: how many settings of the other factors it is averaged over; 0 for a baseline's.
        word: of the direction, or undecided.
        why: what keeps a found difference at `indicated`; empty where nothing does.
    """

    name: str
    where: str
    comparison: Comparison
    over: int = 0
    holm: float = np.nan
    word: str = "undecided"
    why: str = ""


class _Contrast(NamedTuple):
    name: str
    words: tuple[str, str]
    signs: Mapping[Setting, int]  # of the cells, by the values of the factors that are turned


def against_baseline(study: Study) -> list[Difference]:
    """Each arm's difference to the baseline, per test set; none where the study names none."""
    if study.baseline is None:
        return []
    found = []
    for scale, arm in product(study.scales, study.arms):
        if arm == study.baseline:
            continue
        for each in psnr(study, arm, study.baseline, scale, per="set"):
            if each.differences.size:
                where = _where(study, each.what.removeprefix("PSNR on "), scale)
                found.append(Difference(arm, where, compare(each, each.what)))
    return _worded(study, found, lambda _: ("better", "worse"), FEWEST)


def effects(study: Study) -> list[Difference]:
    """Main effects of a cross's factors and their two-way interactions, over all test pictures.

    A main effect is what a value changes beside the factor's first one; an interaction is what two
    values change together beyond the sum of what each does alone. Each is the mean over those
    settings of the other factors in which all of its cells have finished, so that neither an
    excluded cell nor a lost run mixes one factor with another. How far seeds scatter is taken from
    all cells together: from two or three seeds of one contrast alone, luck would often look sure.
    """
    words: dict[str, tuple[str, str]] = {}
    found = []
    for scale in study.scales:
        scores = {arm: pictures(study, arm, scale) for arm in study.cells}
        scores = {arm: table for arm, table in scores.items() if len(table)}
        scatter = _scatter(scores)
        for contrast in _contrasts(study.cells):
            words[contrast.name] = contrast.words
            if (each := _effect(study, contrast, scores, scale, scatter)) is not None:
                found.append(each)
    return _worded(study, found, lambda each: words[each.name])


def _contrasts(cells: Mapping[str, Mapping[str, str]]) -> Iterator[_Contrast]:
    """Main effects, then interactions, in the order of the file."""
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
    """The variance of a run's mean score over seeds, pooled over cells.

    What a seed does to all cells alike is taken out: it cancels in every contrast.
    """
    means = pd.DataFrame({arm: table.mean(axis=1) for arm, table in scores.items()}).dropna()
    df = (len(means) - 1) * (means.shape[1] - 1)
    if df < 1:
        return None
    rest = means.sub(means.mean(axis=0), axis=1)
    rest = rest.sub(rest.mean(axis=1), axis=0)
    return Variance(float((rest**2).to_numpy().sum() / df), df)


def _effect(
    study: Study,
    contrast: _Contrast,
    scores: Mapping[str, pd.DataFrame],
    scale: int,
    scatter: Variance | None,
) -> Difference | None:
    settings: dict[Setting, dict[Setting, pd.DataFrame]] = {}
    turned = {key for key, _ in next(iter(contrast.signs))}
    for arm, table in scores.items():
        cell = study.cells[arm].items()
        at = tuple(item for item in cell if item[0] in turned)
        if at in contrast.signs:
            rest = tuple(item for item in cell if item[0] not in turned)
            settings.setdefault(rest, {})[at] = table
    whole = [tables for tables in settings.values() if len(tables) == len(contrast.signs)]
    if not whole:
        return None
    parts = [contrast.signs[at] * table for tables in whole for at, table in tables.items()]
    total = parts[0]
    for part in parts[1:]:
        total = total + part  # a seed or picture that one lacks is missing in the sum
    each = sample(total / len(whole), "PSNR")
    if not each.differences.size:
        return None
    if scatter is not None:
        scatter = scatter._replace(value=scatter.value * len(parts) / len(whole) ** 2)
    compared = compare(each, contrast.name, variance=scatter)
    return Difference(contrast.name, _where(study, "", scale), compared, len(whole))


def _where(study: Study, name: str, scale: int) -> str:
    return f"{name} x{scale}".strip() if len(study.scales) > 1 else name


def _worded(
    study: Study,
    found: Sequence[Difference],
    words: Callable[[Difference], tuple[str, str]],
    fewest: int = 2,
) -> list[Difference]:
    """Differences with p adjusted over all of them, and the word of each."""
    said = []
    adjusted = holm([each.comparison.p for each in found])
    for each, p in zip(found, map(float, adjusted), strict=True):
        word, why = "undecided", ""
        if p < LEVEL:
            word = words(each)[0 if each.comparison.effect > 0 else 1]
            why = held_back(study, each.comparison.seeds, fewest)
        said.append(replace(each, holm=p, word=f"indicated {word}" if why else word, why=why))
    return said
