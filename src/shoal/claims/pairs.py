"""The data of a comparison: differences paired by seed, or how many runs survived."""

from functools import lru_cache
from typing import NamedTuple

import pandas as pd

from shoal.claims.statistics import Floats
from shoal.results import Study, living


class Sample(NamedTuple):
    """Differences `(S, I)`, the greater arm minus the lesser: a row per seed, a column per picture.

    Attributes:
        what: the quantity, in words.
        unit: of the differences; `x` if they are logarithms of a ratio.
        seeds: the seed of each row; None if rows don't belong to single seeds.
        of_pictures: whether columns are test pictures; else there is one column, of whole runs.
    """

    differences: Floats
    what: str
    unit: str
    seeds: tuple[int, ...] | None = None
    of_pictures: bool = False

    @property
    def seed_count(self) -> int:
        """The number of seeds."""
        return len(self.differences)

    def emptied(self) -> "Sample":
        """The same sample without any seed."""
        return self._replace(differences=self.differences[:0])


class Rates(NamedTuple):
    """How many runs of each arm survived, and how many ended (finished or diverged)."""

    greater: int
    of_greater: int
    lesser: int
    of_lesser: int

    @property
    def what(self) -> str:
        """The quantity, in words."""
        return "share of trainings that survive"

    @property
    def seeds(self) -> None:
        """None: seeds aren't paired, since a collapse in one arm says nothing about the other."""
        return

    @property
    def seed_count(self) -> int:
        """The number of seeds: of the arm that has fewer."""
        return min(self.of_greater, self.of_lesser)

    def emptied(self) -> "Rates":
        """Rates without any run."""
        return Rates(0, 0, 0, 0)

    def turned(self) -> "Rates":
        """The rates with the two arms swapped."""
        return Rates(self.lesser, self.of_lesser, self.greater, self.of_greater)


def paired(
    study: Study, greater: str, lesser: str, scale: int, values: pd.DataFrame
) -> dict[str, pd.DataFrame]:
    """Two tables of values over the seeds in which both arms survived.

    Args:
        study: the rows.
        greater: an arm.
        lesser: the other arm.
        scale: the enlargement factor.
        values: by run id.

    Returns:
        the tables of `greater` and `lesser`, by seed.
    """
    more, less = living_ids(study, greater, scale), living_ids(study, lesser, scale)
    seeds = more.index.intersection(less.index)
    sides = {"greater": more, "lesser": less}
    return {name: values.reindex(ids[seeds]).set_axis(seeds) for name, ids in sides.items()}


@lru_cache(maxsize=64)  # an arm has many rivals and measures
def living_ids(study: Study, arm: str, scale: int) -> pd.Series:
    """The finished runs of an arm that did not collapse, by seed."""
    runs = living(study)
    return runs[(runs["arm"] == arm) & (runs["scale"] == scale)].set_index("seed")["id"]
