"""A look inside the ensembles: what each branch does over training."""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator

from shoal.claims.ledger import crosses_seeds
from shoal.report.figures.canvas import line, panels
from shoal.report.figures.curves import mean_curves
from shoal.report.figures.looks import MODELS, Style, styles
from shoal.report.figures.marks import LABELS, every
from shoal.results import Study

BRANCHES = {"shallow": MODELS["ees"], "deep": MODELS["eed"]}
TITLES = {
    "psnr": "validation PSNR (dB)",
    "energy": "energy below and above\nthe LR picture's Nyquist",
    "correlation": "correlation with HR\nbelow the LR picture's Nyquist",
}
PARTS = tuple(TITLES)
NOBODY = "every seed collapsed"  # instead of a mean curve
FACTS = [f"val/psnr_{b}" for b in BRANCHES] + [
    f"{b}/{fact}" for b in BRANCHES for fact in ("low", "high", "corr_low")
]


def whole_look(own: Style) -> Style:
    """An ensemble's look beside its branches: its own, unless a branch has the same colour."""
    return MODELS["eeds"] if own.light in {look.light for look in BRANCHES.values()} else own


def ensembles(study: Study) -> list[tuple[str, int]]:
    """Arms and scales whose curves have branches, in the order of the table.

    Empty if the arms are seeds of one network, whose curves look alike.
    """
    if crosses_seeds(study):
        return []
    rows = study.curves[study.curves["id"].isin(study.finished["id"])]
    known = set(rows.dropna(subset="val/psnr_deep").groupby(["arm", "scale"]).groups)
    return [(arm, scale) for arm in study.arms for scale in study.scales if (arm, scale) in known]


def branch_curves(rows: pd.DataFrame, axes: Axes, part: str, whole: Style) -> Axes:
    """Draw what each branch of one ensemble does over training.

    Args:
        rows: of one arm and scale, from `mean_curves` with `val/psnr` and `FACTS`.
        axes: to draw on.
        part: `psnr` (of the ensemble and of each branch alone, dB), `energy` (of each branch below
            and above LR's Nyquist frequency) or `correlation` (with HR below that frequency).
        whole: the look of the ensemble.
    """
    steps = rows["step"].to_numpy(float)

    def draw(column: str, label: str, look: Style, **more: Any) -> None:
        y = rows[column].to_numpy(float)
        y = np.where(y > 0, y, np.nan) if part == "energy" else y
        axes.plot(steps, y, label=label, markevery=every(len(y)), **(line(look) | more))

    if part == "psnr":
        draw("val/psnr", "both", whole)
    for name, look in BRANCHES.items():
        if part == "psnr":
            draw(f"val/psnr_{name}", f"{name} alone", look)
        elif part == "energy":
            draw(f"{name}/low", f"{name}, below", look, linestyle="solid")
            draw(f"{name}/high", f"{name}, above", look, markerfacecolor="white",
                 markeredgecolor=look.light)  # fmt: skip
        else:
            draw(f"{name}/corr_low", name, look)
    axes.set_xlabel(LABELS["step"])
    if part == "energy":
        axes.set_yscale("log")
        axes.yaxis.set_minor_locator(NullLocator())
    return axes


def branches_figure(study: Study) -> Figure | None:
    """A column per ensemble: PSNR, energies, correlation; None if no arm has branches."""
    found = ensembles(study)
    if not found:
        return None
    looks, means = styles(study.models), mean_curves(study, ["val/psnr", *FACTS])
    figure, grid = panels(len(PARTS), len(found), (3.9, 2.2), sharex=True, sharey="row")
    for (arm, scale), column in zip(found, grid.T, strict=True):
        rows = means[(means["arm"] == arm) & (means["scale"] == scale)]
        for axes, part in zip(column, PARTS, strict=True):
            branch_curves(rows, axes, part, whole_look(looks[arm]))
            axes.set_xlabel(LABELS["step"] if part == PARTS[-1] else "")
        title = f"{arm} x{scale}" if len(study.scales) > 1 else arm
        column[0].set_title(title, color=whole_look(looks[arm]).light, pad=16)
        if rows.empty:
            column[0].text(0.5, 0.5, NOBODY, transform=column[0].transAxes, ha="center")
    for axes, part in zip(grid[:, 0], PARTS, strict=True):
        axes.set_ylabel(TITLES[part])
        _legend_above(axes)
    return figure


def _legend_above(axes: Axes) -> None:
    """Put the legend above a row's first panel, where it hides no curve."""
    columns = 2 if len(axes.get_lines()) > 3 else 3
    axes.legend(
        loc="lower left", bbox_to_anchor=(0, 0.99), ncols=columns, fontsize=8, handlelength=3.2,
        borderpad=0, borderaxespad=0.1, labelspacing=0.2, columnspacing=1.2,
    )  # fmt: skip
