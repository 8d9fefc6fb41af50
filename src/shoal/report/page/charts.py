"""The data that the page's script draws, as plain values: curves, branches and pictures."""

import base64
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from shoal.report.figures.branches import BRANCHES, FACTS, ensembles, whole_look
from shoal.report.figures.curves import ends, fitted_ends, mean_curves, survivors, window
from shoal.report.figures.looks import Style, styles
from shoal.report.figures.samples import Crop
from shoal.report.figures.sheet import png
from shoal.results import Study, collapsed, untrained_level
from shoal.runs.sheet import Grey

Look = dict[str, Any]
# By kind of panel: title, label of y, whether y is logarithmic, decimals, and columns with their
# names, for each branch.
PANELS: dict[str, tuple[str, str, bool, int, dict[str, str]]] = {
    "psnr": ("each branch alone", "PSNR (dB)", False, 2, {"val/psnr_{}": "{} alone"}),
    "energy": (
        "energy about LR Nyquist",
        "mean square of the branch's image",
        True,
        0,
        {"{}/low": "{}, below", "{}/high": "{}, above"},
    ),
    "correlation": (
        "likeness to HR",
        "correlation below LR Nyquist",
        False,
        3,
        {"{}/corr_low": "{}"},
    ),
}


def charts(study: Study, crops: list[Crop], looks: Mapping[str, Look]) -> dict[str, Any]:
    """All that `page.js` reads: looks by arm, convergence, branches, pictures."""
    return {
        "looks": looks,
        "convergence": _convergence(study),
        "branches": _branches(study, looks),
        "pictures": [_picture(crop) for crop in crops],
    }


def look_of(style: Style, colour: str) -> Look:
    """An arm's look in SVG: stroke colour, dashes and width."""
    dash = " ".join(f"{length * style.width:.1f}" for length in style.dashes)
    return {"color": colour, "dash": dash or "none", "width": round(style.width * 1.25, 2)}


def _rounded(values: pd.Series, digits: int = 5) -> list[float | None]:
    """Numbers for JSON, rounded to `digits` significant digits; null if missing."""
    return [None if pd.isna(v) else float(f"{float(v):.{digits}g}") for v in values]


def _convergence(study: Study) -> list[dict[str, Any]]:
    levels = untrained_level(study)
    lost = study.curves[study.curves["id"].isin(collapsed(study).index)]
    tables = mean_curves(study, ["val/psnr"]), survivors(study), lost, fitted_ends(study)
    panels = []
    for scale in study.scales:
        rows, runs, broken, flat = (each[each["scale"] == scale] for each in tables)
        level = levels[levels.index == scale]
        panels.append({"scale": scale} | _panel(study.arms, rows, runs, broken, flat, level))
    return panels


def _panel(
    arms: Sequence[str],
    rows: pd.DataFrame,
    runs: pd.DataFrame,
    broken: pd.DataFrame,
    flat: pd.DataFrame,
    level: "pd.Series[float]",
) -> dict[str, Any]:
    """The curves of one scale.

    Args:
        arms: in the order of the table.
        rows: the mean curves.
        runs: the curves of the runs that survived.
        broken: the curves of the runs that collapsed.
        flat: from `fitted_ends`: the arms without curves.
        level: bicubic's PSNR (dB); empty if there is none.
    """
    series = [
        _series(arm, part) | _seeds(runs[runs["arm"] == arm])
        for arm in arms
        if len(part := rows[rows["arm"] == arm])
    ]
    for _, part in broken.groupby("id", sort=False):
        series.append(_series(part["arm"].iloc[0], part) | {"lost": True, "dash": "1 3"})
    ends_across = zip(flat["arm"], _rounded(flat["val/psnr"]), strict=True)
    across = [{"name": arm, "value": psnr} for arm, psnr in ends_across]
    shown = ends(rows, broken, pd.concat([level, flat["val/psnr"]]))
    drawn = {each["name"] for each in [*series, *across]} | ({"bicubic"} if len(level) else set())
    return {
        "bicubic": float(level.iloc[0]) if len(level) else None,
        "across": across,
        "range": window(rows["val/psnr"], shown) if len(shown) else None,
        "legend": [name for name in dict.fromkeys(["bicubic", *arms]) if name in drawn],
        "series": series,
    }


def _series(arm: str, rows: pd.DataFrame) -> dict[str, Any]:
    return {"name": arm, **_points(rows)}


def _points(rows: pd.DataFrame) -> dict[str, Any]:
    points = {"step": rows["step"].tolist(), "y": _rounded(rows["val/psnr"])}
    return points | {axis: _rounded(rows[axis]) for axis in ("seconds", "macs")}


def _seeds(runs: pd.DataFrame) -> dict[str, Any]:
    """The single runs behind a mean, if there are several."""
    parts = [_points(part) for _, part in runs.groupby("id", sort=False)]
    return {"seeds": parts} if len(parts) > 1 else {}


def _branches(study: Study, looks: Mapping[str, Look]) -> list[dict[str, Any]]:
    means, own = mean_curves(study, ["val/psnr", *FACTS]), styles(study.models)
    panels = []
    for arm, scale in ensembles(study):
        rows = means[(means["arm"] == arm) & (means["scale"] == scale)]
        where = f"{arm} x{scale}" if len(study.scales) > 1 else arm
        for kind, (title, unit, log, digits, columns) in PANELS.items():
            whole = whole_look(own[arm])
            look = looks[arm] if whole is own[arm] else _both(whole)
            chosen = [("val/psnr", "both", look)] if kind == "psnr" else []
            for branch, style in BRANCHES.items():
                look = _both(style)
                for column, name in columns.items():
                    solid = {"dash": "none"} if name.endswith("below") else {}
                    chosen.append((column.format(branch), name.format(branch), look | solid))
            series = [{"name": n, **look, "y": _rounded(rows[c])} for c, n, look in chosen]
            facts = {"title": f"{where}: {title}", "label": unit, "log": log, "digits": digits}
            panels.append(facts | {"step": rows["step"].tolist(), "series": series})
    return panels


def _both(style: Style) -> Look:
    """A look with a colour each for the light and the dark colour scheme."""
    return look_of(style, f"light-dark({style.light}, {style.dark})")


def _picture(crop: Crop) -> dict[str, Any]:
    def embedded(pixels: Grey) -> str:
        return "data:image/png;base64," + base64.b64encode(png(pixels)).decode()

    images = {arm: embedded(pixels) for arm, pixels in crop.sr.items()} | {"HR": embedded(crop.hr)}
    psnr = {arm: round(value, 2) for arm, value in crop.psnr.items()}
    title = f"{crop.name} x{crop.scale}"
    return {"title": title, "bicubic": embedded(crop.bicubic), "images": images, "psnr": psnr}
