"""The columns of the LaTeX table: a head, and a cell for each row."""

import math
import re
from collections.abc import Callable, Sequence

import pandas as pd

from shoal.report.tables.numbers import seconds, short

# Columns of costs: the head, the column of numbers, and its format.
COSTS: dict[str, tuple[str, str, Callable[[float], str]]] = {
    "parameters": ("Param.", "parameters", short),
    "macs": ("MACs/LR px", "macs_per_lr_pixel", short),
    "time": ("Training", "seconds", seconds),
}
DIGITS = {"psnr": 2, "ssim": 4}
SPECIAL = {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}
NOTHING = "--"
Column = tuple[str, list[str]]  # head and cells
# Extra columns for tables in which some runs collapsed: the count of survivors, and scores over all
# runs that finished.
SURVIVED, ALL = "survived", "over all"


def escaped(text: str) -> str:
    r"""Text with LaTeX's special characters escaped.

    >>> print(escaped("eeds_fast, 5 % & more"))
    eeds\_fast, 5 \% \& more
    """
    return re.sub(r"[\\~^&%$#_{}]", lambda c: SPECIAL.get(c[0], f"\\{c[0]}"), text)


def column(numbers: pd.DataFrame, name: str) -> Column | None:
    """Head and cells of a column; None if it has no content, i.e. no number or no collapse."""
    if name == SURVIVED:
        return _survived(numbers)
    if name in COSTS:
        return _cost(numbers, name)
    return _published(numbers, name) if name.endswith(" published") else _scored(numbers, name)


def _survived(numbers: pd.DataFrame) -> Column | None:
    rows = zip(numbers["survived"], numbers["ended"], strict=True)
    cells = [NOTHING if pd.isna(of) else f"{left} of {of}" for left, of in rows]
    return ("Survived", cells) if (numbers["survived"] < numbers["ended"]).any() else None


def _cost(numbers: pd.DataFrame, name: str) -> Column | None:
    head, key, form = COSTS[name]
    values = numbers[key].astype(float)
    cells = [NOTHING if math.isnan(v) else escaped(form(v)) for v in values]
    return (head, cells) if values.notna().any() else None


def _published(numbers: pd.DataFrame, name: str) -> Column | None:
    """A published score: `Set5 psnr published`."""
    dataset, fact, _ = name.rsplit(" ", 2)
    values = numbers[f"{dataset} published {fact}"].astype(float)
    return ("publ.", _plain(values, fact)) if values.notna().any() else None


def _scored(numbers: pd.DataFrame, name: str) -> Column | None:
    """A score of the runs that survived, `Set5 psnr`, or of all that finished, `... over all`."""
    each = name.removesuffix(f" {ALL}")
    dataset, _, fact = each.rpartition(" ")
    values, end = numbers[name].astype(float), name.removeprefix(each)
    if not values.notna().any():
        return None
    head = f"{escaped(dataset)} {fact.upper()}{', all' if end else ''}"
    marked = _marked(_plain(values, fact), numbers["scale"])
    spreads = numbers[f"{each} sd{end}"].astype(float)
    pairs = zip(marked, spreads, strict=True)
    return head, [_with_spread(*pair, DIGITS[fact]) for pair in pairs]


def _plain(values: pd.Series, fact: str) -> list[str]:
    return [NOTHING if math.isnan(v) else f"{v:.{DIGITS[fact]}f}" for v in values]


def _marked(plain: Sequence[str], scales: pd.Series) -> list[str]:
    """The best of each scale in bold, the second underlined; cells that print alike are ties."""
    printed = pd.Series([math.nan if cell == NOTHING else float(cell) for cell in plain])
    rank = printed.groupby(scales.to_numpy()).rank(method="dense", ascending=False)
    marks = {1.0: r"\textbf{%s}", 2.0: r"\underline{%s}"}
    return [marks.get(place, "%s") % cell for place, cell in zip(rank, plain, strict=True)]


def _with_spread(cell: str, sd: float, digits: int) -> str:
    return cell if math.isnan(sd) else rf"{cell} {{\scriptsize$\pm${sd:.{digits}f}}}"
