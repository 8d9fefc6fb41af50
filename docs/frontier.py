"""Draws what README.md shows of the weights that ship beside published systems: `make pictures`.

Costs are of our networks of the same definition; scores of these are what their papers report.
"""

from pathlib import Path
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from shoal.report.figures.canvas import drawing, line, panels, rendered, tick_decades
from shoal.report.figures.frontier import COSTS, FRONT, GREY, front
from shoal.report.figures.looks import styles
from shoal.report.figures.names import name_points
from shoal.report.tables.published import load_published, reference

HERE = Path(__file__).parent
FINDINGS = HERE.parent / "experiments"
SHIPPED = FINDINGS / "pretrained/general291+t91-x2+3+4-standard"
LITERATURE = FINDINGS / "literature/t91_brief-x2+3+4-quick"
SET, OURS = "Set5", ("eeds_fast", "eeds")
THEIRS = (
    *("srcnn_915", "srcnn", "fsrcnn", "espcn", "scn", "vdsr"),
    *("drcn", "lapsrn", "drrn_b1u9", "srdensenet"),
)


def points() -> pd.DataFrame:
    """Of each system at each scale: arm, scale, macs (per HR pixel), psnr (dB), bicubic's psnr."""
    runs = pd.read_csv(LITERATURE / "runs.csv").drop_duplicates(["arm", "scale"])
    runs["macs"] = runs["macs_per_lr_pixel"] / runs["scale"] ** 2
    runs["psnr"] = [_score(*of) for of in zip(runs["arm"], runs["scale"], strict=True)]
    free = runs[runs["arm"] == "bicubic"].set_index("scale")["psnr"]
    runs["bicubic"] = runs["scale"].map(free)
    wanted = runs["arm"].isin((*OURS, *THEIRS))
    return runs.loc[wanted, ["arm", "scale", "macs", "psnr", "bicubic"]].dropna()


def _score(arm: str, scale: int) -> float:
    """The mean PSNR on Set5: measured for ours, of the literature for theirs."""
    if arm not in OURS:
        published = reference(load_published(), arm, SET, scale)["psnr"]
        return float("nan" if published is None else published)
    scores = pd.read_csv(SHIPPED / "scores.csv").query("protocol == 'classic' and dataset == @SET")
    return float(scores.query("arm == @arm and scale == @scale")["psnr"].mean())


def draw(rows: pd.DataFrame, axes: Axes) -> None:
    """One scale: filled markers are measured, open ones published."""
    looks, best = styles(dict.fromkeys(rows["arm"])), front(rows, "macs")
    axes.plot(best["macs"], best["psnr"], color=GREY, drawstyle="steps-post", label=FRONT)
    for arm, x, y in rows[["arm", "macs", "psnr"]].itertuples(index=False):
        look = line(looks[arm]) | {"linestyle": "none", "markersize": 7, "zorder": 3}
        if arm not in OURS:
            look |= {"markerfacecolor": "white", "markeredgecolor": looks[arm].light}
            look["markeredgewidth"] = 1.3
        axes.plot([x], [y], **look)
    axes.set_xscale("log")
    axes.margins(x=0.16, y=0.08)
    tick_decades(axes, seconds=False)
    axes.set_xlabel(COSTS["macs"])
    colours = {arm: looks[arm].light for arm in rows["arm"]}
    corners = best[["macs", "psnr"]].to_numpy(float)
    name_points(axes, colours, rows[["macs", "psnr"]].to_numpy(float), corners)


def frontier() -> Figure:
    """A panel for each scale."""
    rows = points()
    scales = sorted(rows["scale"].unique())
    figure, grid = panels(1, len(scales), (3.9, 3.4), 1)
    for scale, axes in zip(scales, grid[0], strict=True):
        part = rows[rows["scale"] == scale]
        draw(part, axes)
        words = f"x{scale}; bicubic has {part['bicubic'].iloc[0]:.2f} dB"
        axes.text(0.98, 0.04, words, ha="right", transform=axes.transAxes)
        axes.yaxis.set_major_locator(MaxNLocator(steps=(1, 2, 5, 10)))
        axes.yaxis.set_major_formatter("{x:.1f}")
    grid[0][0].set_ylabel(f"PSNR on {SET} (dB)")
    marker: dict[str, Any] = {
        "linestyle": "none",
        "marker": "o",
        "color": "#444444",
        "markersize": 7,
    }
    keys = {
        "the weights that ship, measured": Line2D([], [], **marker),
        "published": Line2D([], [], **marker, markerfacecolor="white", markeredgewidth=1.3),
        FRONT: Line2D([], [], color=GREY),
    }
    figure.legend(keys.values(), keys.keys(), loc="upper left", ncols=len(keys))
    return figure


if __name__ == "__main__":
    with drawing():
        (HERE / "frontier.svg").write_bytes(rendered(frontier(), "svg"))
