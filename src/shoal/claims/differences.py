"""What an experiment shows without a claim: each arm against the baseline, effects of factors."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, product
from typing import NamedTuple

import numpy as np
import pandas as pd

from shoal.claims.comparison import LEVEL, Comparison, compare, held_back
from shoal.claims.equivalence import region
from shoal.claims.looks import FEWEST, Asked, seen
from shoal.claims.measures import pictures, psnr, sample
from shoal.claims.needed import Need, need
from shoal.claims.statistics import Variance, holm
from shoal.results import Study

Setting = tuple[tuple[str, str], ...]  # values of the factors that a contrast doesn't turn


@dataclass(frozen=True)
class Difference:
    """One difference in dB of test PSNR, its p adjusted over all of its table, and a word.

    Attributes:
        name: of the arm, or of the values that are compared.
        where: the test set and, of several scales, the scale.
        over: how many settings of the other factors it is averaged over; 0 for a baseline's.
        word: of the direction, equal, or undecided.
        why: what keeps a found difference at `indicated`, or what an open one would take.
        share: of the level that is left for it by Holm, among those still undecided.
        need: what it would take to decide it, where that can be told.
    """

    name: str
    where: str
    comparison: Comparison
    over: int = 0
    holm: float = np.nan
    word: str = "undecided"
    why: str = ""
    share: float = 1.0
    need: Need | None = None

    @property
    def is_open(self) -> bool:
        """Whether it has no answer yet."""
        return self.word == "undecided"


class _Contrast(NamedTuple):
    name: str
    words: tuple[str, str]
    signs: Mapping[Setting, int]  # of the cells, by the values of the factors that are turned


def against_baseline(study: Study) -> list[Difference]:
    """Each arm's difference to the baseline, per test set; none where the study names none."""
    if study.baseline is None:
        return []
    found = []
    for each in seen(study, _against):
        arm, where, what = each.asked[-1].what
        compared = compare(each, what)
        if compared.seeds or study.looks is not None:
            found.append(Difference(arm, where, compared))
    said = _worded(study, found, lambda _: ("better", "worse"), FEWEST)
    return [_with_need(study, each) for each in said]


def _with_need(study: Study, each: Difference) -> Difference:
    if not each.is_open or np.isnan(each.comparison.p):
        return each
    needed = need(study, [each.comparison], each.share, [each.name, str(study.baseline)])
    return replace(each, why=str(needed), need=needed)


def _against(study: Study) -> Iterator[Asked]:
    within = region(None, study.equal_within, "psnr")
    for scale, arm in product(study.scales, study.arms):
        if arm == study.baseline or study.baseline is None:
            continue
        for each in psnr(study, arm, study.baseline, scale, per="set"):
            if each.differences.size:
                where = _where(study, each.what.removeprefix("PSNR on "), scale)
                arms = (arm, study.baseline)
                yield Asked((arm, where, each.what), each, scale, arms, within=within)


def effects(study: Study) -> list[Difference]:
    """Main effects of a cross's factors and their two-way interactions, over all test pictures.

    A main effect is what a value changes beside the factor's first one; an interaction is what two
    values change together beyond the sum of what each does alone. Each is the mean over those
    settings of the other factors in which all of its cells have finished, so that neither an
    excluded cell nor a lost run mixes one factor with another. How far seeds scatter is taken from
    all cells together: from two or three seeds of one contrast alone, luck would often look sure.
    """
    words = {contrast.name: contrast.words for contrast in _contrasts(study.cells)}
    found = []
    for each in seen(study, _effects):
        name, where, over = each.asked[-1].what
        found.append(Difference(name, where, compare(each, name), int(over)))
    return _worded(study, found, lambda each: words[each.name])


def _effects(study: Study) -> Iterator[Asked]:
    for scale in study.scales:
        scores = {arm: pictures(study, arm, scale) for arm in study.cells}
        scores = {arm: table for arm, table in scores.items() if len(table)}
        scatter = _scatter(scores)
        for contrast in _contrasts(study.cells):
            if (each := _effect(study, contrast, scores, scale, scatter)) is not None:
                yield each


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
) -> Asked | None:
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
    what = (contrast.name, _where(study, "", scale), str(len(whole)))
    return Asked(what, each, scale, variance=scatter)


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
    equal = holm([each.comparison.equal for each in found])
    for each, p, alike in zip(found, map(float, adjusted), map(float, equal), strict=True):
        word, why = "undecided", ""
        if p < LEVEL:
            word = words(each)[0 if each.comparison.effect > 0 else 1]
        elif alike < LEVEL:
            word, p = "equal", alike
        if word != "undecided":
            why = held_back(study, each.comparison.seeds, fewest)
        said.append(replace(each, holm=p, word=f"indicated {word}" if why else word, why=why))
    left = sum(each.is_open for each in said)
    return [replace(each, share=1 / max(left, 1)) for each in said]
