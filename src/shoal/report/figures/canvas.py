"""What all figures share: the house style, panels, ticks, and rendering to bytes."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import EngFormatter, LogLocator, NullLocator, StrMethodFormatter
from numpy.typing import NDArray

from shoal.report.figures.looks import Style
from shoal.report.figures.svg import shortened

DPI = 160
LEFT, RIGHT = 0.85, 0.15  # inches: beside all panels
RC = {
    "font.family": "DejaVu Sans",
    "font.size": 9,
    "xtick.minor.visible": False,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": "#8a8f98",
    "axes.labelcolor": "#30343b",
    "axes.titlesize": 10,
    "axes.titlelocation": "left",
    "axes.titleweight": "bold",
    "axes.grid": True,
    "grid.color": "#e6e8eb",
    "grid.linewidth": 0.7,
    "xtick.color": "#5b616b",
    "ytick.color": "#5b616b",
    "legend.frameon": False,
    "figure.facecolor": "white",
    # The same rows give the same bytes.
    "svg.hashsalt": "shoal",
    # Text stays text: it can be searched and read aloud, and takes half the bytes of outlines.
    "svg.fonttype": "none",
}


def line(style: Style) -> dict[str, Any]:
    """Arguments of `Axes.plot` for this look."""
    dashes = (0, style.dashes) if style.dashes else "solid"
    return {
        "color": style.light,
        "linestyle": dashes,
        "linewidth": style.width,
        "marker": style.marker,
        "markersize": 4.5,
        "markeredgecolor": "white",
        "markeredgewidth": 0.6,
    }


def panels(
    rows: int,
    columns: int,
    panel: tuple[float, float],
    legend: int = 2,
    across: float = 0.25,
    **share: Any,
) -> tuple[Figure, NDArray[np.object_]]:
    """A figure of equal panels with room for labels, and for a legend above them.

    Margins are fixed, since measuring every label takes longer than drawing the panels.

    Args:
        rows: the number of rows of panels.
        columns: the number of columns of panels.
        panel: width and height of a panel, in inches.
        legend: the number of lines of the legend.
        across: inches between columns; must be larger if each column has its own tick labels.
        share: `sharex` and `sharey` of `Figure.subplots`.

    Returns:
        the figure and its axes `(rows, columns)`.
    """
    bottom, down = 0.5, 0.45
    top = 0.09 + 0.18 * legend
    width = width_of(columns, panel[0], across)
    height = top + bottom + rows * panel[1] + (rows - 1) * down
    figure = Figure(figsize=(width, height))
    axes = figure.subplots(rows, columns, squeeze=False, **share)
    figure.subplots_adjust(
        left=LEFT / width, right=1 - RIGHT / width, bottom=bottom / height, top=1 - top / height,
        wspace=across / panel[0], hspace=down / panel[1],
    )  # fmt: skip
    return figure, axes


def width_of(columns: int, panel: float, across: float = 0.25) -> float:
    """The width in inches of a figure of so many columns of panels, each `panel` inches wide."""
    return LEFT + RIGHT + columns * panel + (columns - 1) * across


def tick_decades(axes: Axes, *, seconds: bool) -> None:
    """Set ticks on a logarithmic x axis: at decades, and also at 2 and 5 for up to two decades.

    Args:
        axes: with its final x range.
        seconds: label ticks with plain numbers; else with unit prefixes, as `10 G`.
    """
    plain = StrMethodFormatter("{x:g}") if seconds else EngFormatter(sep=" ")
    axes.xaxis.set_major_formatter(plain)
    axes.xaxis.set_minor_locator(NullLocator())
    low, high = axes.get_xlim()
    axes.xaxis.set_major_locator(LogLocator(subs=(1,) if high > 100 * low else (1, 2, 5)))


def span_a_decade(axes: Axes) -> None:
    """Widen a logarithmic x axis to a decade at least, so that 178 k and 180 k look alike."""
    low, high = axes.get_xlim()
    if high < 10 * low:
        middle = (low * high) ** 0.5
        axes.set_xlim(middle / 10**0.5, middle * 10**0.5)


@contextmanager
def drawing() -> Iterator[None]:
    """Draw in the house style, and restore the caller's settings afterwards."""
    settings: Any = RC
    with mpl.rc_context(settings):
        yield


def rendered(figure: Figure, kind: str) -> bytes:
    """The figure as `svg` or `png`, without date or version: the same rows give the same bytes."""
    FigureCanvasAgg(figure)
    metadata = {"svg": {"Date": None, "Creator": None}, "png": {"Software": None}}[kind]
    buffer = io.BytesIO()
    figure.savefig(buffer, format=kind, dpi=DPI, metadata=metadata)
    return shortened(buffer.getvalue()) if kind == "svg" else buffer.getvalue()
