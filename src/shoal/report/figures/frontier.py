"""The frontier: PSNR against what networks cost; a cheaper one that scores higher beats another."""

from collections.abc import Mapping

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from shoal.report.figures.canvas import line, panels, tick_decades
from shoal.report.figures.convergence import bicubic_level
from shoal.report.figures.looks import Style, styles
from shoal.report.figures.names import name_points
from shoal.report.tables.table import headline
from shoal.results import Study

COSTS = {
    "macs": "multiply-adds per HR pixel (log)",
    "parameters": "parameters (log)",
    "seconds_per_megapixel": "time to enlarge a megapixel (s, log)",
    "seconds": "training time (s, log)",
}
FRONT = "the best at their cost"
GREY = "#b4b9c1"


def points(study: Study, numbers: pd.DataFrame) -> pd.DataFrame:
    """What each trained arm costs and scores.

    Args:
        study: the rows.
        numbers: from `tables.table`.

    Returns:
        arm, scale, psnr, `psnr sd` and bicubic's (dB, of the headline; -inf where bicubic's isn't
        known), macs (per HR pixel), parameters, seconds; scored arms only.
    """
    column, _ = headline(study)
    free = numbers.loc[numbers["parameters"] == 0, column].droplevel("arm")
    rows = numbers[numbers["parameters"] > 0].reset_index()
    rows = rows.rename(columns={column: "psnr", f"{column} sd": "psnr sd"})
    rows["bicubic"] = rows["scale"].map(free).fillna(float("-inf"))
    rows["macs"] = rows["macs_per_lr_pixel"] / rows["scale"] ** 2
    return rows[["arm", "scale", "psnr", "psnr sd", "bicubic", *COSTS]].dropna(subset="psnr")


def front(rows: pd.DataFrame, cost: str) -> pd.DataFrame:
    """The rows that neither another one nor bicubic, which costs nothing, beats; cheapest first."""
    ordered = rows.sort_values([cost, "psnr"], ascending=[True, False], kind="stable")
    best_before = ordered["psnr"].cummax().shift(fill_value=float("-inf"))
    return ordered[ordered["psnr"] > best_before.clip(lower=ordered["bicubic"])]


def frontier(rows: pd.DataFrame, axes: Axes, cost: str, looks: Mapping[str, Style]) -> Axes:
    """PSNR against a cost: a marker for each arm, its deviation over seeds, the front as steps.

    Args:
        rows: of one scale, from `points`.
        axes: to draw on.
        cost: one of `COSTS`.
        looks: by arm.
    """
    rows = rows.dropna(subset=cost)
    best = front(rows, cost)
    if (level := rows["bicubic"].max()) > 0:
        bicubic_level(axes, level, looks)
    axes.plot(best[cost], best["psnr"], color=GREY, drawstyle="steps-post", label=FRONT)
    for arm, x, y, sd in rows[["arm", cost, "psnr", "psnr sd"]].itertuples(index=False):
        look = line(looks[arm]) | {"linestyle": "none", "markersize": 6.5, "zorder": 3}
        axes.plot([x], [y], label=arm, **look)
        if sd > 0:
            axes.vlines(x, y - sd, y + sd, color=looks[arm].light, linewidth=1)
    _frame(axes, cost, [*rows["psnr"], *([level] if level > 0 else [])])
    return axes


def _frame(axes: Axes, cost: str, heights: list[float]) -> None:
    """Limits, ticks and the label of the cost.

    The height goes by the means: where one seed of a few collapses, its deviation leaves the frame.
    """
    axes.set_xscale("log")
    axes.margins(x=0.14)
    if heights:
        room = 0.12 * (max(heights) - min(heights)) or 0.5
        axes.set_ylim(min(heights) - room, max(heights) + room)
    tick_decades(axes, seconds=cost.startswith("seconds"))
    axes.set_xlabel(COSTS[cost])


def name_arms(rows: pd.DataFrame, axes: Axes, cost: str, looks: Mapping[str, Style]) -> None:
    """Write each arm's name beside its marker.

    Args:
        rows: as `frontier` had them.
        axes: with their limits set for good.
        cost: one of `COSTS`.
        looks: by arm.
    """
    rows, best = rows.dropna(subset=cost), front(rows.dropna(subset=cost), cost)
    colours = {str(arm): looks[arm].light for arm in rows["arm"]}
    places, steps = (part[[cost, "psnr"]].to_numpy(float) for part in (rows, best))
    name_points(axes, colours, places, steps)


def frontier_figure(study: Study, numbers: pd.DataFrame) -> Figure | None:
    """One row of panels per scale; None where no scale has two networks to compare."""
    rows, looks = points(study, numbers), styles(study.models)
    if rows.drop_duplicates(["scale", "parameters", "macs"])["scale"].is_unique:
        return None
    _, place = headline(study)
    costs = [cost for cost in COSTS if rows[cost].notna().any()]
    figure, grid = panels(len(study.scales), len(costs), (3.9, 3.4), 1, sharey="row")
    for scale, row in zip(study.scales, grid, strict=True):
        part = rows[rows["scale"] == scale]
        for axes, cost in zip(row, costs, strict=True):
            frontier(part, axes, cost, looks)
        for axes, cost in zip(row, costs, strict=True):
            name_arms(part, axes, cost, looks)
        row[0].set_ylabel(f"PSNR on {place}, x{scale} (dB)")
    handles, labels = grid[0][0].get_legend_handles_labels()
    shown = {name: handles[labels.index(name)] for name in (FRONT, "bicubic") if name in labels}
    figure.legend(shown.values(), shown.keys(), loc="upper left", ncols=2, handlelength=3.2)
    return figure
