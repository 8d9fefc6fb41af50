"""What two arms are compared by: values paired by seed, or how many of their runs survived."""

from functools import lru_cache
from typing import NamedTuple

import pandas as pd

from shoal.claims.statistics import Floats
from shoal.results import Study, living


class Sample(NamedTuple):
    """Differences `(S, I)`: greater arm minus lesser, seeds down, pictures across.

    Attributes:
        what: the quantity, in words.
        unit: of the differences; `x` where they are logarithms of a ratio.
        seeds: of the rows, where each row is a seed's alone.
        of_pictures: whether columns are test pictures; else there is one, of runs.
    """

    differences: Floats
    what: str
    unit: str
    seeds: tuple[int, ...] | None = None
    of_pictures: bool = False

    @property
    def seed_count(self) -> int:
        """Seeds that it stands on."""
        return len(self.differences)

    def emptied(self) -> "Sample":
        """The same of no seed."""
        return self._replace(differences=self.differences[:0])


class Rates(NamedTuple):
    """How many runs of two arms survived, of how many that came to an end."""

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
        """None is compared with its namesake: a collapse of one tells nothing of the other."""
        return

    @property
    def seed_count(self) -> int:
        """Seeds that it stands on."""
        return min(self.of_greater, self.of_lesser)

    def emptied(self) -> "Rates":
        """The same of no seed."""
        return Rates(0, 0, 0, 0)

    def turned(self) -> "Rates":
        """The arms the other way round."""
        return Rates(self.lesser, self.of_lesser, self.greater, self.of_greater)


def paired(
    study: Study, greater: str, lesser: str, scale: int, values: pd.DataFrame
) -> dict[str, pd.DataFrame]:
    """Values by run id as two tables of the same seeds, in which both arms live."""
    more, less = living_ids(study, greater, scale), living_ids(study, lesser, scale)
    seeds = more.index.intersection(less.index)
    sides = {"greater": more, "lesser": less}
    return {name: values.reindex(ids[seeds]).set_axis(seeds) for name, ids in sides.items()}


@lru_cache(maxsize=64)  # an arm has many rivals and measures
def living_ids(study: Study, arm: str, scale: int) -> pd.Series:
    """The finished runs of an arm that did not collapse, by seed."""
    runs = living(study)
    return runs[(runs["arm"] == arm) & (runs["scale"] == scale)].set_index("seed")["id"]
