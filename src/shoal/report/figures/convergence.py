"""Validation PSNR over training. Plot functions take rows and an axis and return the axis."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from shoal.report.figures.canvas import line, panels, tick_decades
from shoal.report.figures.curves import (
    by_run,
    ends,
    fitted_ends,
    mean_curves,
    survivors,
    window,
)
from shoal.report.figures.looks import Style, styles
from shoal.results import Study, collapsed, untrained_level

AXES = {
    "step": "optimiser steps",
    "seconds": "training time (s, log)",
    "macs": "multiply-adds spent on training (log)",
}
PER_LINE = 8  # of the legend
MARKERS = 7  # along one curve: enough to tell it, few enough to see the line


def every(count: int) -> tuple[int, int]:
    """First and distance of the markers along a curve of so many points; the last has one."""
    step = max(1, count // MARKERS)
    return (count - 1) % step, step


def convergence(rows: pd.DataFrame, axes: Axes, axis: str, looks: Mapping[str, Style]) -> Axes:
    """Validation PSNR against steps, seconds or multiply-adds: the mean over seeds.

    Args:
        rows: of one scale, from `mean_curves` with `val/psnr`.
        axes: to draw on.
        axis: `step`, `seconds` or `macs`; the latter two start at the first validation after 0.
        looks: in the order of the table.
    """
    for arm, look in looks.items():
        part = rows[(rows["arm"] == arm) & (rows["val/psnr"].notna())]
        part = _along(part, axis)
        if part.empty:
            continue
        x, y = part[axis].to_numpy(float), part["val/psnr"].to_numpy(float)
        axes.plot(x, y, label=arm, markevery=every(len(part)), zorder=3, **line(look))
    axes.set_xlabel(AXES[axis])
    if axis == "step":
        axes.xaxis.set_major_locator(MaxNLocator(5, integer=True))
    else:
        axes.set_xscale("log")
        tick_decades(axes, seconds=axis == "seconds")
    return axes


def _along(rows: pd.DataFrame, axis: str) -> pd.DataFrame:
    """What an axis can show: the logarithmic ones have no 0."""
    return rows if axis == "step" else rows[rows[axis] > 0]


def single_seeds(rows: pd.DataFrame, axes: Axes, axis: str, looks: Mapping[str, Style]) -> Axes:
    """The runs behind the means as thin lines: a band would hide how few they are."""
    drawn = rows[rows.groupby("arm")["id"].transform("nunique") > 1]
    drawn = _along(drawn.dropna(subset="val/psnr"), axis)
    thin: dict[str, list[NDArray[np.float64]]] = {}
    for arm, points in by_run(drawn, [axis, "val/psnr"]):
        thin.setdefault(arm, []).append(points)
    # One artist an arm: a thousand lines of their own take seconds.
    for arm, lines in thin.items():
        look: dict[str, Any] = {"colors": looks[arm].light, "linewidths": 0.6, "alpha": 0.45}
        axes.add_collection(LineCollection(lines, zorder=2, **look))
    return axes


def fallen(
    rows: pd.DataFrame, axes: Axes, axis: str, looks: Mapping[str, Style], named: Collection[str]
) -> Axes:
    """Runs that collapsed: a thin dotted line that ends in a cross, in no mean.

    Args:
        rows: their curves, of one scale.
        axes: to draw on.
        axis: as `convergence` has it.
        looks: of the arms.
        named: arms that the legend has from elsewhere.
    """
    for (arm, _), part in rows.groupby(["arm", "id"], sort=False):
        part = _along(part, axis)
        if len(part):
            look: dict[str, Any] = {"color": looks[str(arm)].light, "alpha": 0.8}
            label = "_" if arm in named else str(arm)  # Matplotlib's way to leave a line out
            x, y = part[axis], part["val/psnr"]
            axes.plot(x, y, ":", linewidth=0.8, label=label, **look)
            axes.plot(x.iloc[-1:], y.iloc[-1:], "x", ms=6, **look)
    return axes


def convergence_figure(study: Study) -> Figure:
    """One row of panels per scale: against steps, seconds and multiply-adds."""
    looks, means = styles(study.models), mean_curves(study, ["val/psnr"])
    lost = study.curves[study.curves["id"].isin(collapsed(study).index)]
    alive = survivors(study)
    levels, fitted = untrained_level(study), fitted_ends(study)
    scales = list(study.scales)
    lines = max(2, -(-len({*looks, "bicubic"}) // PER_LINE))
    figure, grid = panels(len(scales), len(AXES), (3.1, 2.9), lines, sharey="row")
    for row, scale in zip(grid, scales, strict=True):
        rows = means[means["scale"] == scale]
        fell = lost[lost["scale"] == scale]
        flat = fitted[fitted["scale"] == scale]
        shown = ends(rows, fell, pd.concat([levels[levels.index == scale], flat["val/psnr"]]))
        for axes, axis in zip(row, AXES, strict=True):
            convergence(rows, axes, axis, looks)
            single_seeds(alive[alive["scale"] == scale], axes, axis, looks)
            fallen(fell, axes, axis, looks, set(rows["arm"]))
            without_curves(flat, axes, axis, looks)
            if scale in levels.index:
                bicubic_level(axes, float(levels[scale]), looks)
        if len(shown):
            row[0].set_ylim(*window(rows["val/psnr"], shown))
        row[0].set_ylabel(f"validation PSNR, x{scale} (dB)")
    _legend(figure, [row[0] for row in grid], looks)
    return figure


def without_curves(rows: pd.DataFrame, axes: Axes, axis: str, looks: Mapping[str, Style]) -> Axes:
    """What is fitted, from `fitted_ends`: a line across and, against time, a marker at its end."""
    for arm, seconds, psnr in rows[["arm", "seconds", "val/psnr"]].itertuples(index=False):
        look = line(looks[arm])
        axes.axhline(psnr, label=arm, zorder=2, **(look | {"marker": "", "linewidth": 0.8}))
        if axis == "seconds" and seconds > 0:
            axes.plot([seconds], [psnr], zorder=3, **(look | {"linestyle": "none"}))
    return axes


def bicubic_level(axes: Axes, level: float, looks: Mapping[str, Style]) -> None:
    """A line across at what bicubic scores (dB)."""
    look = line(looks["bicubic"] if "bicubic" in looks else styles({"bicubic": None})["bicubic"])
    axes.axhline(level, label="bicubic", zorder=2, **(look | {"marker": ""}))


def _legend(figure: Figure, rows: Sequence[Axes], looks: Mapping[str, Style]) -> None:
    """Every line of any row once: an arm may have been trained at one scale alone."""
    drawn: dict[str, Artist] = {}
    for axes in rows:
        handles, labels = axes.get_legend_handles_labels()
        drawn = dict(zip(labels, handles, strict=True)) | drawn
    names = sorted(drawn, key=lambda name: [*looks, name].index(name))
    if names:
        shown = [drawn[name] for name in names]
        figure.legend(shown, names, loc="upper left", ncols=PER_LINE, handlelength=3.2)
