"""Validation PSNR over training. Plot functions take rows and an axis and return the axis."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from shoal.report.figures.canvas import line, panels, tick_decades, width_of
from shoal.report.figures.curves import (
    axes_of,
    by_run,
    ends,
    fitted_ends,
    is_banded,
    mean_curves,
    median_curves,
    survivors,
    window,
)
from shoal.report.figures.legend import HANDLE, per_line
from shoal.report.figures.looks import Style, styles
from shoal.report.figures.marks import (
    LABELS,
    along,
    bicubic_level,
    every,
    fallen,
    without_curves,
)
from shoal.results import Study, collapsed, untrained_level

PANEL = (3.1, 2.9)  # inches
PER_LINE = {2: 5, 3: 8}  # most names per line of the legend, by the number of panels in a row


def convergence(rows: pd.DataFrame, axes: Axes, axis: str, looks: Mapping[str, Style]) -> Axes:
    """Validation PSNR against steps, seconds or multiply-adds: a line for each arm.

    Args:
        rows: of one scale, from `mean_curves` with `val/psnr` or from `median_curves`.
        axes: to draw on.
        axis: `step`, `seconds` or `macs`; the latter two are logarithmic and leave out 0.
        looks: in the order of the table.
    """
    for arm, look in looks.items():
        part = rows[(rows["arm"] == arm) & (rows["val/psnr"].notna())]
        part = along(part, axis)
        if part.empty:
            continue
        x, y = part[axis].to_numpy(float), part["val/psnr"].to_numpy(float)
        axes.plot(x, y, label=arm, markevery=every(len(part)), zorder=3, **line(look))
    axes.set_xlabel(LABELS[axis])
    if axis == "step":
        axes.xaxis.set_major_locator(MaxNLocator(5, integer=True))
    else:
        axes.set_xscale("log")
        tick_decades(axes, seconds=axis == "seconds")
    return axes


def single_seeds(rows: pd.DataFrame, axes: Axes, axis: str, looks: Mapping[str, Style]) -> Axes:
    """Draw the runs behind the means as thin lines; a band would hide how few they are."""
    drawn = rows[rows.groupby("arm")["id"].transform("nunique") > 1]
    drawn = along(drawn.dropna(subset="val/psnr"), axis)
    thin: dict[str, list[NDArray[np.float64]]] = {}
    for arm, points in by_run(drawn, [axis, "val/psnr"]):
        thin.setdefault(arm, []).append(points)
    # One artist per arm, since a thousand separate lines take seconds.
    for arm, lines in thin.items():
        look: dict[str, Any] = {"colors": looks[arm].light, "linewidths": 0.6, "alpha": 0.45}
        axes.add_collection(LineCollection(lines, zorder=2, **look))
    return axes


def bands(rows: pd.DataFrame, axes: Axes, axis: str, looks: Mapping[str, Style]) -> Axes:
    """Draw the range of many seeds behind their median; `rows` are from `median_curves`."""
    for arm, part in along(rows[rows["n"] > 1], axis).groupby("arm", sort=False):
        x, low, high = part[[axis, "low", "high"]].to_numpy(float).T
        look: dict[str, Any] = {"color": looks[str(arm)].light, "alpha": 0.14, "linewidth": 0}
        axes.fill_between(x, low, high, zorder=1.5, **look)
    return axes


def convergence_figure(study: Study) -> Figure:
    """A row of panels per scale: PSNR against each of `axes_of(study)`."""
    looks, banded, columns = styles(study.models), is_banded(study), axes_of(study)
    middle = median_curves(study) if banded else mean_curves(study, ["val/psnr"])
    lost = study.curves[study.curves["id"].isin(collapsed(study).index)]
    alive, named = survivors(study), set(middle["arm"])
    levels, fitted = untrained_level(study), fitted_ends(study)
    lines = max(2, _lines(list(dict.fromkeys([*looks, "bicubic"])), len(columns)))
    figure, grid = panels(len(study.scales), len(columns), PANEL, lines, sharey="row")
    for row, scale in zip(grid, study.scales, strict=True):
        rows, seeds, fell, flat = (
            each[each["scale"] == scale] for each in (middle, alive, lost, fitted)
        )
        shown = ends(rows, fell, pd.concat([levels[levels.index == scale], flat["val/psnr"]]))
        for axes, axis in zip(row, columns, strict=True):
            convergence(rows, axes, axis, looks)
            if banded:
                bands(rows, axes, axis, looks)
            else:
                single_seeds(seeds, axes, axis, looks)
            fallen(fell, axes, axis, looks, named)
            without_curves(flat, axes, axis, looks)
            if scale in levels.index:
                bicubic_level(axes, float(levels[scale]), looks)
        if len(shown):
            row[0].set_ylim(*window(rows["val/psnr"], shown))
        row[0].set_ylabel(f"validation PSNR, x{scale} (dB)")
    _legend(figure, [row[0] for row in grid], looks, PER_LINE[len(columns)])
    return figure


def _lines(names: Sequence[str], columns: int) -> int:
    """The number of lines that the legend will take."""
    width = 72 * width_of(columns, PANEL[0])
    return math.ceil(len(names) / per_line(names, width, PER_LINE[columns]))


def _legend(figure: Figure, rows: Sequence[Axes], looks: Mapping[str, Style], most: int) -> None:
    """List each arm once, from all rows, since an arm may exist at one scale only."""
    drawn: dict[str, Artist] = {}
    for axes in rows:
        handles, labels = axes.get_legend_handles_labels()
        drawn = dict(zip(labels, handles, strict=True)) | drawn
    names = sorted(drawn, key=lambda name: [*looks, name].index(name))
    if names:
        evenly = per_line(names, 72 * figure.get_figwidth(), most)
        shown = [drawn[name] for name in names]
        figure.legend(shown, names, loc="upper left", ncols=evenly, handlelength=HANDLE)
