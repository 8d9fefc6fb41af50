"""The frontier figure: PSNR against cost, with the networks that no cheaper one outscores."""

from collections.abc import Mapping

import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from shoal.report.figures.canvas import line, panels, span_a_decade, tick_decades
from shoal.report.figures.looks import Style, styles
from shoal.report.figures.marks import bicubic_level
from shoal.report.figures.names import name_points
from shoal.report.tables.table import headline
from shoal.results import Study
from shoal.results.machines import one_machine

COSTS = {
    "macs": "multiply-adds per HR pixel (log)",
    "parameters": "parameters (log)",
    "seconds_per_megapixel": "time to enlarge a megapixel (s, log)",
    "seconds": "training time (s, log)",
}
FRONT = "the best at their cost"
GREY = "#b4b9c1"


def points(study: Study, numbers: pd.DataFrame) -> pd.DataFrame:
    """The cost and the score of each arm.

    Args:
        study: the rows.
        numbers: from `tables.table`.

    Returns:
        arm, scale, psnr, `psnr sd` and bicubic (dB, of the headline; bicubic is -inf if unknown),
        macs (per HR pixel) and the other `COSTS`; for arms that have a score and cost something.
    """
    column, _ = headline(study)
    # Methods that search the picture itself have no parameters, but cost multiply-adds.
    costs = numbers[["parameters", "macs_per_lr_pixel"]].max(axis="columns")
    free = numbers.loc[costs == 0, column].groupby(level="scale").first()
    rows = numbers[costs > 0].reset_index()
    rows["parameters"] = rows["parameters"].where(rows["parameters"] > 0)
    rows = rows.rename(columns={column: "psnr", f"{column} sd": "psnr sd"})
    rows["bicubic"] = rows["scale"].map(free).fillna(float("-inf"))
    rows["macs"] = rows["macs_per_lr_pixel"] / rows["scale"] ** 2
    return rows[["arm", "scale", "psnr", "psnr sd", "bicubic", *COSTS]].dropna(subset="psnr")


def front(rows: pd.DataFrame, cost: str) -> pd.DataFrame:
    """The rows that outscore bicubic and all cheaper rows; the cheapest first."""
    ordered = rows.sort_values([cost, "psnr"], ascending=[True, False], kind="stable")
    best_before = ordered["psnr"].cummax().shift(fill_value=float("-inf"))
    return ordered[ordered["psnr"] > best_before.clip(lower=ordered["bicubic"])]


def frontier(rows: pd.DataFrame, axes: Axes, cost: str, looks: Mapping[str, Style]) -> Axes:
    """Draw PSNR against a cost: a marker per arm with its sd over seeds, and the front as steps.

    Args:
        rows: of one scale, from `points`.
        axes: to draw on.
        cost: one of `COSTS`.
        looks: by arm.
    """
    rows, (low, high) = rows.dropna(subset=cost), window(rows)
    best = front(rows, cost)
    if low < (level := rows["bicubic"].max()) < high:
        bicubic_level(axes, level, looks)
    if len(best) > 1:
        axes.plot(best[cost], best["psnr"], color=GREY, drawstyle="steps-post", label=FRONT)
    for arm, x, y, sd in rows[["arm", cost, "psnr", "psnr sd"]].itertuples(index=False):
        look = line(looks[arm]) | {"linestyle": "none", "markersize": 6.5, "zorder": 3}
        axes.plot([x], [max(y, low)], label=arm, clip_on=False, **look)
        if sd > 0 and y > low:
            axes.vlines(x, y - sd, y + sd, color=looks[arm].light, linewidth=1)
    axes.set_xscale("log")
    axes.margins(x=0.14)
    span_a_decade(axes)
    axes.set_ylim(low, high)
    tick_decades(axes, seconds=cost.startswith("seconds"))
    axes.set_xlabel(COSTS[cost])
    return axes


def window(rows: pd.DataFrame) -> tuple[float, float]:
    """The range of PSNR to show, in which networks can be told apart.

    It is the range of the arms that beat bicubic, extended to bicubic if that isn't far below.
    Otherwise bicubic, or one collapsed arm, would squeeze all others together. Deviations are
    ignored, since one collapsed seed would make them too large.

    Args:
        rows: of one scale, from `points`.
    """
    if rows.empty:  # nothing of this scale has finished yet
        return 0.0, 1.0
    level, psnr = rows["bicubic"].max(), rows["psnr"]
    alive = psnr[psnr > level] if (psnr > level).any() else psnr
    low, high = float(alive.min()), float(alive.max())
    spread = max(high - low, 0.1)
    low = min(low, level) if low - level < spread else low
    return low - 0.15 * spread, high + 0.15 * spread


def name_arms(rows: pd.DataFrame, axes: Axes, cost: str, looks: Mapping[str, Style]) -> None:
    """Write each arm's name beside its marker, and also its score if that is below the axes.

    Args:
        rows: the same as for `frontier`.
        axes: with their final limits.
        cost: one of `COSTS`.
        looks: by arm.
    """
    rows, (low, _) = rows.dropna(subset=cost), window(rows)
    steps = front(rows, cost)[[cost, "psnr"]].to_numpy(float)
    names = [
        str(arm) if psnr > low else f"{arm} ↓ {psnr:.1f}"
        for arm, psnr in zip(rows["arm"], rows["psnr"], strict=True)
    ]
    colours = dict(zip(names, (looks[arm].light for arm in rows["arm"]), strict=True))
    places = rows.assign(psnr=rows["psnr"].clip(lower=low))[[cost, "psnr"]].to_numpy(float)
    name_points(axes, colours, places, steps)


def frontier_figure(study: Study, numbers: pd.DataFrame) -> Figure | None:
    """A row of panels per scale; None if no scale has two networks to compare."""
    rows, looks = points(study, numbers), styles(study.models)
    if rows.drop_duplicates(["scale", "parameters", "macs"])["scale"].is_unique:
        return None
    _, place = headline(study)
    costs = [cost for cost in COSTS if rows[cost].notna().any()]
    if not one_machine(study):
        costs = [cost for cost in costs if not cost.startswith("seconds")]
    figure, grid = panels(len(study.scales), len(costs), (3.9, 3.4), 1, sharey="row")
    for scale, row in zip(study.scales, grid, strict=True):
        part = rows[rows["scale"] == scale]
        for axes, cost in zip(row, costs, strict=True):
            frontier(part, axes, cost, looks)
        for axes, cost in zip(row, costs, strict=True):
            name_arms(part, axes, cost, looks)
        row[0].set_ylabel(f"PSNR on {place}, x{scale} (dB)")
    known: dict[str, Artist] = {}
    for row in grid:
        for axes in row:
            handles, names = axes.get_legend_handles_labels()
            known |= dict(zip(names, handles, strict=True))
    shown = {name: known[name] for name in (FRONT, "bicubic") if name in known}
    if shown:
        figure.legend(shown.values(), shown.keys(), loc="upper left", ncols=2, handlelength=3.2)
    return figure
