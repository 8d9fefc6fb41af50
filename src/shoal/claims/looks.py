"""The looks of a study that adds seeds until it is decided: what was there at each."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import lru_cache
from typing import NamedTuple

import pandas as pd

from shoal.claims.pairs import Sample
from shoal.claims.statistics import Variance
from shoal.results import Study

FEWEST = 3  # seeds that a look decides anything on


class Asked(NamedTuple):
    """One difference that a study is asked for.

    Attributes:
        what: it is about, for whoever asked; the same at every look.
        arms: that are compared.
        margin: by how much the greater arm may fall short.
        within: half of the region of practical equivalence, if there is one.
        variance: of the means of seeds, where more than this sample tells it.
    """

    what: tuple[str, ...]
    sample: Sample
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
    found: dict[tuple[str, ...], list[tuple[Asked, int]]] = {}
    latest: dict[tuple[str, ...], Asked] = {}
    for view, look in zip(views(study), study.looks, strict=True):
        for asked in ask(view):
            latest[asked.what] = asked
            before = found.setdefault(asked.what, [])
            count = len(asked.sample.differences)
            if count >= FEWEST and (not before or count > len(before[-1][0].sample.differences)):
                before.append((asked, look["most"]))
    return [
        Seen(*map(tuple, zip(*each, strict=True))) if each else Seen((_unseen(latest[what]),))
        for what, each in found.items()
    ]


def _unseen(asked: Asked) -> Asked:
    return asked._replace(sample=asked.sample._replace(differences=asked.sample.differences[:0]))
