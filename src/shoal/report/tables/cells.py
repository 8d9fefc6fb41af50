"""The table of numbers as cells of text."""

import math
from collections.abc import Callable, Hashable, Mapping
from typing import Any

import pandas as pd

from shoal.report.tables.numbers import ABSENT, seconds, short, spread
from shoal.report.tables.table import GOALS, test_sets
from shoal.results import Study, columns_beside

# The column of numbers behind each column of text: by its name, or by the end of its name.
NUMBER_OF = {
    "scale": "scale",
    "runs": "seeds",
    "of the paper's training": "share",
    "parameters": "parameters",
    "MACs per LR pixel": "macs_per_lr_pixel",
    "training MACs": "macs",
    "training time": "seconds",
    "enlarging a megapixel": "seconds_per_megapixel",
    "dead channels": "dead_channels",
}
ENDS_IN = {
    " PSNR (dB)": " psnr",
    " PSNR over all (dB)": " psnr over all",
    " SSIM": " ssim",
    " published": " published psnr",
}
PACE = (("step", "steps", "{:.0f}".format), ("seconds", "time", seconds), ("macs", "MACs", short))


def shown(study: Study, numbers: pd.DataFrame, published: pd.DataFrame) -> pd.DataFrame:
    """The table as text, with the same rows; a column's name states its unit."""
    cells, lost = _rows(study, numbers), _some_collapsed(numbers)
    known = [name for name in test_sets(study) if published["set"].eq(name).any()]
    for name in test_sets(study):
        cells[f"{name} PSNR (dB)"] = _spreads(numbers, f"{name} psnr", 2)
        if lost:
            over_all = _spreads(numbers, f"{name} psnr", 2, " over all")
            cells[f"{name} PSNR over all (dB)"] = over_all
        cells[f"{name} SSIM"] = _spreads(numbers, f"{name} ssim", 4)
        for column in columns_beside(study):
            cells[f"{name} {column}"] = _spreads(numbers, f"{name} {column}", 4)
        if name in known:
            cells[f"{name} published"] = [_published(row, name) for row in _dicts(numbers)]
    if known:
        cells["of the paper's training"] = [_share(row) for row in _dicts(numbers)]
    cells["parameters"] = _each(numbers["parameters"], short)
    cells["MACs per LR pixel"] = _each(numbers["macs_per_lr_pixel"], short)
    cells["training MACs"] = _training(numbers)
    cells["training time"] = _each(numbers["seconds"], seconds)
    if numbers["seconds_per_megapixel"].notna().any():  # records of before 2026-11-26 have none
        cells["enlarging a megapixel"] = _each(numbers["seconds_per_megapixel"], seconds)
    cells["dead channels"] = _each(numbers["dead_channels"], "{:.1%}".format)
    return cells


def _spreads(numbers: pd.DataFrame, name: str, digits: int, over: str = "") -> list[str]:
    """Means and standard deviations of a column; of the survivors unless `over` is " over all"."""
    pairs = zip(numbers[f"{name}{over}"], numbers[f"{name} sd{over}"], strict=True)
    return [spread(mean, sd, digits) for mean, sd in pairs]


def pace(study: Study, numbers: pd.DataFrame) -> pd.DataFrame:
    """The cost at which each trained arm reached given levels of validation PSNR, as text."""
    cells = _rows(study, numbers).drop(columns="runs")
    for name in ("final", "best"):
        cells[f"{name} (dB)"] = _spreads(numbers, name, 2)
    for gain in GOALS:
        goal = f"bicubic + {gain} dB" if gain else "bicubic"
        for axis, head, form in PACE:
            cells[f"{head} to {goal}"] = [
                _reached(row, axis, gain, form) for row in _dicts(numbers)
            ]
    return cells[(numbers["macs"] != 0).to_numpy()]


def _rows(study: Study, numbers: pd.DataFrame) -> pd.DataFrame:
    """The columns that identify a row, and the number and states of its runs."""
    cells = pd.DataFrame({"arm": numbers.index.get_level_values("arm")})
    if len(study.scales) > 1:
        cells["scale"] = [f"x{scale}" for scale in numbers.index.get_level_values("scale")]
    counts = zip(_counts(numbers), numbers["state"], strict=True)
    cells["runs"] = ["; ".join(filter(None, each)) for each in counts]
    return cells


def _counts(numbers: pd.DataFrame) -> list[str]:
    """How many runs finished, or how many survived if some run of the table collapsed."""
    if not _some_collapsed(numbers):
        return [str(n or "") for n in numbers["seeds"]]
    rows = zip(numbers["seeds"], numbers["survived"], numbers["ended"], strict=True)
    return [str(n or "") if pd.isna(of) else f"survived {left} of {of}" for n, left, of in rows]


def _some_collapsed(numbers: pd.DataFrame) -> bool:
    return bool((numbers["survived"] < numbers["ended"]).any())


def _dicts(numbers: pd.DataFrame) -> list[dict[Hashable, Any]]:
    return numbers.to_dict("records")


def _each(values: pd.Series, form: Callable[[float], str]) -> list[str]:
    return [ABSENT if math.isnan(value) else form(value) for value in values.astype(float)]


def _training(numbers: pd.DataFrame) -> list[str]:
    """Multiply-adds of training; fitted arms have none that are counted."""
    known = zip(_each(numbers["macs"], short), _dicts(numbers), strict=True)
    return ["fitted" if _is_fitted(row) else text for text, row in known]


def _published(row: Mapping[Hashable, Any], name: str) -> str:
    psnr, ssim, away = (
        row[f"{name} {key}"] for key in ("published psnr", "published ssim", "difference")
    )
    if math.isnan(psnr):
        return "not published"
    on = row.get(f"{name} published on")
    facts = ["" if pd.isna(on) else str(on), "" if math.isnan(away) else f"ours {away:+.2f} dB"]
    told = "; ".join(filter(None, facts))
    score = f"{psnr:.2f}" + ("" if math.isnan(ssim) else f" / {ssim:.4f}")
    return f"{score} ({told})" if told else score


def _is_fitted(row: Mapping[Hashable, Any]) -> bool:
    """Whether an arm is fitted: then `table` gives it a training time, but no multiply-adds."""
    return math.isnan(row["macs"]) and not math.isnan(row["seconds"])


def _share(row: Mapping[Hashable, Any]) -> str:
    if row["macs"] == 0 or _is_fitted(row):
        return ABSENT
    return "unknown" if math.isnan(row["share"]) else f"{row['share']:.2g}×"


def _reached(
    row: Mapping[Hashable, Any], axis: str, gain: float, form: Callable[[float], str]
) -> str:
    if _is_fitted(row):
        return "fitted" if axis == "step" else ABSENT
    done, value = row[f"reached +{gain}"], row[f"{axis} to +{gain}"]
    if math.isnan(done):
        return ABSENT
    if not done:
        return "not reached"
    return form(value) + ("" if done == row["survived"] else f" ({done:.0f} of {row['survived']})")
