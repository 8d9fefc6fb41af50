"""Values of two arms, paired by seed."""

from functools import lru_cache
from typing import NamedTuple

import pandas as pd

from shoal.claims.statistics import Floats
from shoal.results import Study


class Sample(NamedTuple):
    """Differences `(S, I)`: greater arm minus lesser, seeds down, pictures across.

    Attributes:
        what: the quantity, in words.
        unit: of the differences; `x` where they are logarithms of a ratio.
        seeds: of the rows, where each row is a seed's alone.
    """

    differences: Floats
    what: str
    unit: str
    seeds: tuple[int, ...] | None = None


def paired(
    study: Study, greater: str, lesser: str, scale: int, values: pd.DataFrame
) -> dict[str, pd.DataFrame]:
    """Values by run id as two tables of the same seeds."""
    more, less = finished_ids(study, greater, scale), finished_ids(study, lesser, scale)
    seeds = more.index.intersection(less.index)
    sides = {"greater": more, "lesser": less}
    return {name: values.reindex(ids[seeds]).set_axis(seeds) for name, ids in sides.items()}


@lru_cache(maxsize=64)  # an arm has many rivals and measures
def finished_ids(study: Study, arm: str, scale: int) -> pd.Series:
    """The finished runs of an arm, by seed."""
    runs = study.finished
    return runs[(runs["arm"] == arm) & (runs["scale"] == scale)].set_index("seed")["id"]
