"""The gain in PSNR of some runs over others, paired by seed and picture."""

import math
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from shoal.claims.scores import by_seed, paired, sample
from shoal.claims.statistics import crossed
from shoal.results.rows import read_tables
from shoal.runs.tables import SCORES


class Gain(NamedTuple):
    """A mean difference in PSNR (dB), its 95 % interval, and the numbers of seeds and pictures.

    The interval is NaN if there is neither a second seed nor a second picture.
    """

    mean: float
    low: float
    high: float
    seeds: int
    pictures: int


def psnr_table(folders: Iterable[Path], seeds: Iterable[int | None], protocol: str) -> pd.DataFrame:
    """PSNR (dB) by seed (rows) and by data set and picture (columns).

    Args:
        folders: of finished runs.
        seeds: the seed of each run; None if it trains nothing.
        protocol: of the scores.
    """
    folders = list(folders)
    seed_of = {folder.name: seed for folder, seed in zip(folders, seeds, strict=True)}
    rows = read_tables(folders, "scores.csv", SCORES)
    rows = rows[rows["protocol"] == protocol]
    return by_seed(rows.assign(seed=rows["id"].map(seed_of).astype("Int64")))


def gain(ours: pd.DataFrame, theirs: pd.DataFrame, dataset: str) -> Gain | None:
    """The gain of one arm over another on a test set; None if they share no seed or picture.

    Args:
        ours: from `psnr_table`.
        theirs: likewise; the one row of an untrained arm is paired with every seed.
        dataset: the test set.
    """
    if any(dataset not in side.columns.get_level_values(0) for side in (ours, theirs)):
        return None
    found = sample(paired(ours[[dataset]], theirs[[dataset]]), dataset).differences
    if not found.size:
        return None
    estimate = crossed(found)
    low, high = estimate.interval()
    return Gain(float(estimate.effect), float(low), float(high), *found.shape)


def worded(found: Gain | None) -> str:
    """A gain as text; "" if there is none.

    >>> worded(Gain(0.314, 0.28, 0.35, 3, 5)), worded(Gain(0.3, float("nan"), float("nan"), 1, 1))
    ('+0.31 [+0.28, +0.35]', '+0.30')
    """
    if found is None:
        return ""
    if math.isnan(found.low):
        return f"{found.mean:+.2f}"
    return f"{found.mean:+.2f} [{found.low:+.2f}, {found.high:+.2f}]"
