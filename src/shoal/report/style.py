"""How an arm looks, in every figure and on the page: decided here, once."""

import io
import itertools
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import EngFormatter, LogLocator, NullLocator, StrMethodFormatter
from numpy.typing import NDArray


@dataclass(frozen=True)
class Style:
    """Colours on white and on black, and what tells arms apart without colour."""

    light: str
    dark: str
    dashes: tuple[float, ...]  # lengths of dash and gap in line widths; () is a whole line
    marker: str
    width: float = 1.6


# Neighbours in the table differ in hue, in lightness and in dashes; the ensembles are whole lines.
MODELS = {
    "bicubic": Style("#6b7280", "#9ca3af", (1, 1.6), "", 1.3),
    "ees": Style("#e08a00", "#f5b041", (4, 1.5, 1, 1.5), "^"),
    "eed": Style("#3f8fd2", "#74b5ee", (5, 2), "s"),
    "eeds": Style("#a8124f", "#f2719f", (), "o", 2.1),
    "dcnn": Style("#55a868", "#7fd092", (3, 1.2), "D"),
    "srcnn": Style("#b79f3a", "#dcc86a", (1.5, 1.2), "v"),
    "dscnn": Style("#12615a", "#45b8ab", (), "P", 2.1),
    "eeds_fast": Style("#6a3fb5", "#b195f0", (), "X", 2.1),
    "srcnn_915": Style("#8a6d1d", "#c9ab55", (3, 3), "<"),
    "scn": Style("#5d7f8c", "#9fc0cc", (6, 1), ">"),
    "espcn": Style("#c4572c", "#f08a62", (2, 2), "h"),
    "fsrcnn": Style("#d4447e", "#f795bb", (7, 2, 1, 2), "p"),
    "vdsr": Style("#1f6fb0", "#6fb3e8", (9, 2), "*"),
    "drcn": Style("#0f4c81", "#5b9bd5", (8, 1.5, 3, 1.5), "H"),
    "lapsrn": Style("#3d8b7d", "#7cc9bb", (4, 1, 1, 1, 1, 1), "d"),
    "drrn_b1u9": Style("#7a1f1f", "#e58a8a", (2, 1), "8"),
    "srdensenet": Style("#2f6f1f", "#8fd07c", (5, 1, 2, 1), "o"),
}
# For arms that aren't named after a model, in the order of the table.
OTHERS = (
    Style("#a8124f", "#f2719f", (), "o", 1.9),
    Style("#3f8fd2", "#74b5ee", (5, 2), "s"),
    Style("#e08a00", "#f5b041", (4, 1.5, 1, 1.5), "^"),
    Style("#12615a", "#45b8ab", (3, 1.2), "D"),
    Style("#8f79d6", "#b9a7f5", (1.5, 1.2), "v"),
    Style("#444444", "#d0d0d0", (7, 2, 1, 2), "P"),
    Style("#b79f3a", "#dcc86a", (6, 1), "X"),
    Style("#c4572c", "#f08a62", (2, 2), "<"),
    Style("#5a3a8c", "#a184dd", (9, 2), "p"),
    Style("#7da7b8", "#a9d0df", (4, 1, 1, 1, 1, 1), ">"),
    Style("#7a1f1f", "#e58a8a", (3, 3), "h"),
    Style("#2f6f1f", "#8fd07c", (8, 1.5, 3, 1.5), "d"),
)
DPI = 160
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
    "svg.fonttype": "path",
}


def styles(models: Mapping[str, str | None]) -> dict[str, Style]:
    """The look of each arm: its model's where it is called like one, else by its place."""
    taken = {MODELS[arm].light for arm in models if arm in MODELS}
    free = [look for look in OTHERS if look.light not in taken]
    others = itertools.cycle(free)
    return {arm: MODELS.get(arm) or next(others) for arm in models}


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
    rows: int, columns: int, panel: tuple[float, float], legend: int = 2, **share: Any
) -> tuple[Figure, NDArray[np.object_]]:
    """A figure of equal panels with room for labels and a legend above them.

    Measuring every label to place the panels takes longer than drawing them: margins are fixed.

    Args:
        rows: of panels.
        columns: of panels.
        panel: width and height of one, inches.
        legend: its lines.
        share: `sharex`, `sharey`.

    Returns:
        the figure and its axes `(rows, columns)`.
    """
    left, right, bottom, across, down = 0.85, 0.15, 0.5, 0.25, 0.45
    top = 0.09 + 0.18 * legend
    width = left + right + columns * panel[0] + (columns - 1) * across
    height = top + bottom + rows * panel[1] + (rows - 1) * down
    figure = Figure(figsize=(width, height))
    axes = figure.subplots(rows, columns, squeeze=False, **share)
    figure.subplots_adjust(
        left=left / width, right=1 - right / width, bottom=bottom / height, top=1 - top / height,
        wspace=across / panel[0], hspace=down / panel[1],
    )  # fmt: skip
    return figure, axes


def tick_decades(axes: Axes, *, seconds: bool) -> None:
    """Ticks along a logarithmic x axis: decades, or 1, 2 and 5 where there are two at most.

    Args:
        axes: whose x range stands.
        seconds: plain numbers; else counts, as `10 G`.
    """
    plain = StrMethodFormatter("{x:g}") if seconds else EngFormatter(sep=" ")
    axes.xaxis.set_major_formatter(plain)
    axes.xaxis.set_minor_locator(NullLocator())
    low, high = axes.get_xlim()
    axes.xaxis.set_major_locator(LogLocator(subs=(1,) if high > 100 * low else (1, 2, 5)))


@contextmanager
def drawing() -> Iterator[None]:
    """Draw in the house style, and leave the caller's settings alone."""
    settings: Any = RC
    with mpl.rc_context(settings):
        yield


def rendered(figure: Figure, kind: str) -> bytes:
    """The figure as `svg` or `png` without date or version: its bytes follow the rows alone."""
    FigureCanvasAgg(figure)
    metadata = {"svg": {"Date": None, "Creator": None}, "png": {"Software": None}}[kind]
    buffer = io.BytesIO()
    figure.savefig(buffer, format=kind, dpi=DPI, metadata=metadata)
    return _shortened(buffer.getvalue()) if kind == "svg" else buffer.getvalue()


def _shortened(svg: bytes) -> bytes:
    """Without indents and in hundredths of a point, which no eye can tell: a third is left out.

    How much letters are scaled by keeps its digits: they are drawn thousands of units tall.
    """
    flat = re.sub(rb"\n *", b"\n", svg)
    return re.sub(rb"(?<!scale\()\b\d+\.\d{3,}", lambda number: b"%.2f" % float(number[0]), flat)
