"""The data of curves over training: of single runs, and averaged over an arm's seeds."""

from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from shoal.results import AXES, Study, living
from shoal.results.machines import one_machine
from shoal.runs.kind import Kind

MOST_LINES = 6  # single curves of one arm that are still legible


def mean_curves(study: Study, columns: list[str]) -> pd.DataFrame:
    """Curves averaged over the surviving trained runs of each arm and scale.

    Only steps that all these runs have are averaged, so that no run drops out along the curve.

    Returns:
        arm, scale, step, seconds, macs and each column (means), n; by arm and step.
    """
    by = survivors(study).groupby(["arm", "scale", "step"], sort=False)
    return _whole(by[["seconds", "macs", *columns]].mean().join(by.size().rename("n")))


def median_curves(study: Study) -> pd.DataFrame:
    """Median and range of validation PSNR (dB) over the same runs, for arms with many seeds.

    Returns:
        arm, scale, step, seconds and macs (means), val/psnr (median), low, high, n.
    """
    by = survivors(study).groupby(["arm", "scale", "step"], sort=False)
    psnr = by["val/psnr"].agg(["median", "min", "max"])
    psnr = psnr.set_axis(["val/psnr", "low", "high"], axis="columns")
    return _whole(by[["seconds", "macs"]].mean().join(psnr).join(by.size().rename("n")))


def _whole(table: pd.DataFrame) -> pd.DataFrame:
    """Leave out the steps that only some runs have, and sort by step."""
    full = table["n"] == table.groupby(["arm", "scale"])["n"].transform("max")
    return table[full].sort_index(level="step", kind="stable").reset_index()


def survivors(study: Study) -> pd.DataFrame:
    """The curves of the trained runs that finished and did not collapse."""
    alive = living(study)
    return study.curves[study.curves["id"].isin(alive.loc[alive["kind"] == Kind.TRAINED, "id"])]


def is_banded(study: Study) -> bool:
    """Whether an arm has so many survivors that a median and a range replace single curves."""
    counts = survivors(study).groupby(["arm", "scale"])["id"].nunique()
    return bool(counts.gt(MOST_LINES).any())


def axes_of(study: Study) -> tuple[str, ...]:
    """The x axes of curves: without seconds if runs were made on several kinds of machine."""
    return tuple(axis for axis in AXES if axis != "seconds" or one_machine(study))


def by_run(rows: pd.DataFrame, columns: list[str]) -> Iterator[tuple[str, NDArray[np.float64]]]:
    """The arm of each run, and its points `(n, columns)`.

    Args:
        rows: of one run after the other, as in a study's curves.
        columns: the numeric columns to take.
    """
    if rows.empty:
        return
    # Iterating over pandas groups takes a millisecond per run, a hundred times as long.
    arms, ids = rows["arm"].to_numpy(), rows["id"].to_numpy()
    begins = np.flatnonzero((ids[1:] != ids[:-1]) | (arms[1:] != arms[:-1])) + 1
    parts = np.split(rows[columns].to_numpy(float), begins)
    yield from zip(map(str, arms[[0, *begins]]), parts, strict=True)


def fitted_ends(study: Study) -> pd.DataFrame:
    """The end points of fitted arms, which have no curves.

    Returns:
        arm, scale, seconds and val/psnr (dB): means over seeds.
    """
    rows = study.curves[study.curves["id"].isin(study.of_kind(Kind.FITTED)["id"])]
    by = rows.groupby(["arm", "scale"], sort=False)
    return by[["seconds", "val/psnr"]].mean().reset_index()


def ends(alive: pd.DataFrame, lost: pd.DataFrame, levels: pd.Series) -> pd.Series:
    """The final PSNR (dB) of all that a panel shows.

    Args:
        alive: the mean curves of one scale.
        lost: the curves of its collapsed runs, which only count if nothing survived.
        levels: the levels of bicubic and of fitted arms, which have no curves.
    """
    rows = alive if len(alive) else lost
    return pd.concat([rows.dropna(subset="val/psnr").groupby("arm")["val/psnr"].last(), levels])


def window(values: pd.Series, ends: pd.Series) -> tuple[float, float]:
    """The range of PSNR to show; it leaves out beginnings, which may lie 20 dB lower."""
    low, high = float(ends.min()), float(pd.concat([values, ends]).max())
    room = max(high - low, 0.2)
    return low - 0.6 * room, high + 0.12 * room
