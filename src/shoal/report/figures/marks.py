"""Elements of several PSNR figures: markers along curves, collapsed runs, horizontal levels."""

from collections.abc import Collection, Mapping
from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from shoal.report.figures.canvas import line
from shoal.report.figures.looks import Style, styles

LABELS = {
    "step": "optimiser steps",
    "seconds": "training time (s, log)",
    "macs": "multiply-adds spent on training (log)",
}
MARKERS = 7  # along one curve: enough to identify it, few enough to see the line


def every(count: int) -> tuple[int, int]:
    """First index and stride of the markers along a curve; the last point always has one."""
    step = max(1, count // MARKERS)
    return (count - 1) % step, step


def along(rows: pd.DataFrame, axis: str) -> pd.DataFrame:
    """The rows that an axis can show: logarithmic axes have no 0."""
    return rows if axis == "step" else rows[rows[axis] > 0]


def fallen(
    rows: pd.DataFrame, axes: Axes, axis: str, looks: Mapping[str, Style], named: Collection[str]
) -> Axes:
    """Draw each collapsed run as a thin dotted line that ends in a cross.

    Args:
        rows: the curves of these runs, of one scale.
        axes: to draw on.
        axis: one of `LABELS`.
        looks: by arm.
        named: the arms that are in the legend already.
    """
    for (arm, _), part in rows.groupby(["arm", "id"], sort=False):
        part = along(part, axis)
        if len(part):
            look: dict[str, Any] = {"color": looks[str(arm)].light, "alpha": 0.8}
            label = "_" if arm in named else str(arm)  # Matplotlib's legends skip "_" labels
            x, y = part[axis], part["val/psnr"]
            axes.plot(x, y, ":", linewidth=0.8, label=label, **look)
            axes.plot(x.iloc[-1:], y.iloc[-1:], "x", ms=6, **look)
    return axes


def without_curves(rows: pd.DataFrame, axes: Axes, axis: str, looks: Mapping[str, Style]) -> Axes:
    """Draw fitted arms, from `fitted_ends`: a horizontal line, and a marker at the time it took."""
    for arm, seconds, psnr in rows[["arm", "seconds", "val/psnr"]].itertuples(index=False):
        look = line(looks[arm])
        axes.axhline(psnr, label=arm, zorder=2, **(look | {"marker": "", "linewidth": 0.8}))
        if axis == "seconds" and seconds > 0:
            axes.plot([seconds], [psnr], zorder=3, **(look | {"linestyle": "none"}))
    return axes


def bicubic_level(axes: Axes, level: float, looks: Mapping[str, Style]) -> None:
    """Draw a horizontal line at bicubic's score (dB)."""
    look = line(looks["bicubic"] if "bicubic" in looks else styles({"bicubic": None})["bicubic"])
    axes.axhline(level, label="bicubic", zorder=2, **(look | {"marker": ""}))
