"""The looks of a study that adds seeds until it is decided: what was there at each."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import lru_cache
from typing import NamedTuple

import pandas as pd

from shoal.claims.pairs import Rates, Sample
from shoal.claims.statistics import Variance
from shoal.results import Study

FEWEST = 3  # seeds that a look decides anything on


class Asked(NamedTuple):
    """One difference that a study is asked for.

    Attributes:
        what: it is about, for whoever asked; the same at every look.
        scale: of the enlargement.
        arms: that are compared.
        margin: by how much the greater arm may fall short.
        within: half of the region of practical equivalence, if there is one.
        variance: of the means of seeds, where more than this sample tells it.
    """

    what: tuple[str, ...]
    sample: Sample | Rates
    scale: int
    arms: tuple[str, ...] = ()
    margin: float = 0.0
    within: float | None = None
    variance: Variance | None = None


class Seen(NamedTuple):
    """The same at each look; `most` is empty where the study looks once."""

    asked: tuple[Asked, ...]
    most: tuple[int, ...] = ()


@lru_cache(maxsize=4)
def views(study: Study) -> tuple[Study, ...]:
    """The study as it was at each look; the study itself, where it looks once."""
    if study.looks is None:
        return (study,)
    found, there = [], set[str]()
    for look in study.looks:
        there |= set(look["runs"])
        found.append(
            replace(
                study,
                runs=_of(study.runs, there),
                scores=_of(study.scores, there),
                curves=_of(study.curves, there),
            )
        )
    return tuple(found)


def _of(rows: pd.DataFrame, ids: set[str]) -> pd.DataFrame:
    return rows[rows["id"].isin(ids)].reset_index(drop=True)


def seen(study: Study, ask: Callable[[Study], Iterable[Asked]]) -> list[Seen]:
    """What a study is asked for, at every look; as of the last one, in the order of the file.

    A look at which a difference stood on no more seeds than before is no look at it, nor is one at
    fewer seeds than decide.

    Args:
        study: the rows.
        ask: the differences of a study.
    """
    if study.looks is None:
        return [Seen((asked,)) for asked in ask(study)]
    if not study.looks:
        return []
    latest = list(ask(views(study)[-1]))
    whole = [each for each in latest if each.sample.seeds is None or each.variance is not None]
    found = _at_views(study, ask) if whole else {}
    for each in latest:
        if not any(each is other for other in whole):
            found[each.what] = _at_rows(study, each)
    return [
        Seen(*map(tuple, zip(*found[each.what], strict=True)))
        if found[each.what]
        else Seen((_unseen(each),))
        for each in latest
    ]


History = list[tuple[Asked, int]]


def _at_views(
    study: Study, ask: Callable[[Study], Iterable[Asked]]
) -> dict[tuple[str, ...], History]:
    """What is asked at each look, worked out from what was there."""
    found: dict[tuple[str, ...], History] = {}
    for view, look in zip(views(study), study.looks or [], strict=True):
        for asked in ask(view):
            _grow(found.setdefault(asked.what, []), asked, look["most"])
    return found


def _at_rows(study: Study, asked: Asked) -> History:
    """The same of differences each of which is one seed's: those that were there are taken."""
    runs = study.runs[study.runs["arm"].isin(asked.arms) & study.runs["scale"].eq(asked.scale)]
    runs = runs[runs["seed"].notna()]
    needed: dict[int, set[str]] = {}
    for seed, name in zip(runs["seed"], runs["id"], strict=True):
        needed.setdefault(int(seed), set()).add(name)
    history: History = []
    there = set[str]()
    for look in study.looks or []:
        there |= set(look["runs"])
        assert isinstance(asked.sample, Sample)  # rates have no rows
        seeds = asked.sample.seeds or ()
        rows = [row for row, seed in enumerate(seeds) if needed.get(seed, set()) <= there]
        part = asked.sample._replace(differences=asked.sample.differences[rows])
        _grow(history, asked._replace(sample=part), look["most"])
    return history


def _grow(history: History, asked: Asked, most: int) -> None:
    count = asked.sample.seed_count
    if count >= FEWEST and (not history or count > history[-1][0].sample.seed_count):
        history.append((asked, most))


def _unseen(asked: Asked) -> Asked:
    return asked._replace(sample=asked.sample.emptied())
