"""Draws README.md's figure of the shipped weights beside published systems: `make pictures`.

The costs of published systems are those of Shoal's implementations, their scores those of papers.
"""

from pathlib import Path
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from shoal.report.figures.canvas import drawing, panels, rendered
from shoal.report.figures.frontier import FRONT, GREY, name_arms
from shoal.report.figures.frontier import frontier as panel
from shoal.report.figures.looks import styles
from shoal.report.tables.published import load_published, reference

HERE = Path(__file__).parent
FINDINGS = HERE.parent / "experiments"
SHIPPED = FINDINGS / "pretrained/general291+t91-x2+3+4-standard"
LITERATURE = FINDINGS / "literature/t91_brief-x2+3+4-quick"
SET, OURS = "Set5", ("eeds_fast", "eeds_large", "eeds")
THEIRS = (
    *("srcnn_915", "srcnn", "fsrcnn", "espcn", "scn", "vdsr"),
    *("drcn", "lapsrn", "drrn_b1u9", "srdensenet"),
)


def points() -> pd.DataFrame:
    """A row per system and scale: arm, scale, macs (per HR pixel), psnr, `psnr sd`, bicubic (dB).

    PSNR on Set5 is measured for the shipped weights and published for the other systems.
    """
    theirs = pd.read_csv(LITERATURE / "runs.csv").drop_duplicates(["arm", "scale"])
    ours = pd.read_csv(SHIPPED / "runs.csv").query("arm in @OURS")
    runs = pd.concat([theirs.query("arm not in @OURS"), ours], ignore_index=True)
    runs["macs"] = runs["macs_per_lr_pixel"] / runs["scale"] ** 2
    scores = pd.read_csv(SHIPPED / "scores.csv").query("protocol == 'classic' and dataset == @SET")
    measured = scores.groupby(["arm", "scale"])["psnr"].mean()
    table = load_published()
    published = {
        (arm, scale): reference(table, arm, SET, scale)["psnr"]
        for arm, scale in zip(runs["arm"], runs["scale"], strict=True)
        if arm not in OURS
    }
    known = pd.concat([pd.Series(published, dtype=float), measured[list(OURS)]])
    runs["psnr"] = known.reindex(pd.MultiIndex.from_frame(runs[["arm", "scale"]])).to_numpy()
    free = runs[runs["arm"] == "bicubic"].set_index("scale")["psnr"]
    runs = runs.assign(bicubic=runs["scale"].map(free), **{"psnr sd": 0.0})
    wanted = runs["arm"].isin((*OURS, *THEIRS))
    return runs.loc[wanted, ["arm", "scale", "macs", "psnr", "psnr sd", "bicubic"]].dropna()


def draw(rows: pd.DataFrame, axes: Axes) -> None:
    """Draw one scale; filled markers are measured, open ones published."""
    looks = styles(dict.fromkeys(rows["arm"]))
    panel(rows, axes, "macs", looks)
    for drawn in axes.get_lines():
        if drawn.get_label() in THEIRS:
            drawn.set(markerfacecolor="white", markeredgewidth=1.3)
            drawn.set_markeredgecolor(drawn.get_color())
    name_arms(rows, axes, "macs", looks)


def frontier() -> Figure:
    """A panel for each scale."""
    rows = points()
    scales = sorted(rows["scale"].unique())
    # A wider figure would be shrunk on GitHub; three legend lines leave room for panels' titles.
    figure, grid = panels(1, len(scales), (2.45, 3.4), 3, across=0.5)
    for scale, axes in zip(scales, grid[0], strict=True):
        part = rows[rows["scale"] == scale]
        draw(part, axes)
        words = f"x{scale}; bicubic has {part['bicubic'].iloc[0]:.2f} dB"
        axes.set_title(words, fontsize=9, fontweight="normal")
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
