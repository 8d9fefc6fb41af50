"""Differences between two arms in test PSNR, paired by seed and picture."""

from collections.abc import Iterable
from functools import lru_cache

import pandas as pd

from shoal.claims.pairs import Sample
from shoal.results import Study, living


def psnr(study: Study, greater: str, lesser: str, scale: int, per: str = "all") -> Iterable[Sample]:
    """Differences in test PSNR: one sample over all test sets, or with `per="set"` one for each."""
    more, less = pictures(study, greater, scale), pictures(study, lesser, scale)
    difference = paired(more, less)
    sets = difference.columns.unique("dataset")
    named = {"PSNR": list(sets)} if per == "all" else {f"PSNR on {s}": [s] for s in sets}
    for name, columns in named.items():
        yield sample(difference[columns], name)


def sample(differences: pd.DataFrame, what: str) -> Sample:
    """Differences in dB of all seeds that have any, on the pictures that all these seeds share."""
    part = differences.dropna(how="all").dropna(axis="columns")
    return Sample(part.to_numpy(float), what, "dB", seeds_of(part), of_pictures=True)


def seeds_of(rows: pd.DataFrame | pd.Series) -> tuple[int, ...] | None:
    """The seeds of rows; None if a row has none, as an arm that trains nothing."""
    return None if rows.index.hasnans else tuple(map(int, rows.index))


def paired(more: pd.DataFrame, less: pd.DataFrame) -> pd.DataFrame:
    """Differences of two tables by seed; the one row of an untrained arm pairs with every seed."""
    if len(less) == 1 and less.index.hasnans:
        return more - less.iloc[0]
    if len(more) == 1 and more.index.hasnans:
        return -(less - more.iloc[0])
    return more - less


@lru_cache(maxsize=64)  # an arm has many rivals
def pictures(study: Study, arm: str, scale: int) -> pd.DataFrame:
    """Test PSNR (dB) of the seeds that survived (rows), by data set and picture (columns)."""
    rows = study.scores[study.scores["id"].isin(living(study)["id"])]
    rows = rows[rows["arm"].eq(arm) & rows["scale"].eq(scale)]
    return by_seed(rows[rows["protocol"] == study.protocol])


def by_seed(rows: pd.DataFrame) -> pd.DataFrame:
    """Test PSNR (dB) by seed (rows) and by data set and picture (columns).

    Args:
        rows: seed (missing if nothing is trained), dataset, image and psnr of one arm.
    """
    return rows.set_index(["seed", "dataset", "image"])["psnr"].unstack([1, 2], sort=False)
