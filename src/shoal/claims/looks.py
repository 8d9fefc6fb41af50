"""The looks of a study that adds seeds until it is decided: the data there were at each look."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import lru_cache
from typing import NamedTuple

import pandas as pd

from shoal.claims.pairs import Rates, Sample
from shoal.claims.statistics import Variance
from shoal.results import Study

FEWEST = 3  # seeds without which a look decides nothing


class Asked(NamedTuple):
    """A comparison that a study is asked for.

    Attributes:
        what: the caller's labels, which identify it: the same at every look.
        sample: the data.
        scale: the enlargement factor.
        arms: the arms that are compared.
        margin: by how much the greater arm may fall short.
        within: half the width of the region of practical equivalence, if there is one.
        variance: the variance between seeds, if it is known from more than this sample.
    """

    what: tuple[str, ...]
    sample: Sample | Rates
    scale: int
    arms: tuple[str, ...] = ()
    margin: float = 0.0
    within: float | None = None
    variance: Variance | None = None


class Seen(NamedTuple):
    """A comparison at each look, and the largest number of seeds that was planned at each.

    `most` is empty if the study looks only once.
    """

    asked: tuple[Asked, ...]
    most: tuple[int, ...] = ()


@lru_cache(maxsize=4)
def views(study: Study) -> tuple[Study, ...]:
    """The study as it was at each look; only the study itself if it looks once."""
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
    """The comparisons of a study's last look, in the order of the file, each with its looks.

    A look only counts for a comparison if it has more seeds than the look before, and at least
    `FEWEST` of them.

    Args:
        study: the rows.
        ask: gives the comparisons of a study.
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
    """The looks of each comparison, computed from the study as it was at each look."""
    found: dict[tuple[str, ...], History] = {}
    for view, look in zip(views(study), study.looks or [], strict=True):
        for asked in ask(view):
            _grow(found.setdefault(asked.what, []), asked, look["most"])
    return found


def _at_rows(study: Study, asked: Asked) -> History:
    """The looks of a comparison whose rows each belong to one seed.

    The latest differences are filtered by which runs there were, which is faster than computing
    them anew from each view.
    """
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
