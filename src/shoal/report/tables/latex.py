r"""The table of a paper, as narrow as a column: booktabs, best score bold, second underlined.

It needs `\usepackage{booktabs}` alone. Published scores stand in columns of their own, and a column
that has nothing to say is left out.
"""

import math
import re
from collections.abc import Callable, Sequence

import pandas as pd

from shoal.errors import UserError, unknown
from shoal.report.findings import Findings
from shoal.report.tables.numbers import seconds, short
from shoal.report.tables.table import test_sets
from shoal.report.tables.tuned import title
from shoal.results import Study, collapsed, survival

# Columns beside the scores: head, the number's name, and how it is written.
COSTS: dict[str, tuple[str, str, Callable[[float], str]]] = {
    "parameters": ("Param.", "parameters", short),
    "macs": ("MACs/LR px", "macs_per_lr_pixel", short),
    "time": ("Training", "seconds", seconds),
}
DIGITS = {"psnr": 2, "ssim": 4}
SPECIAL = {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}
NOTHING = "--"
# Of runs that didn't collapse, and of all that finished; columns only where some collapsed.
SURVIVED, ALL = "survived", "over all"
STANDARD = (SURVIVED, "psnr", "published", "parameters")


def escaped(text: str) -> str:
    r"""Text as LaTeX sets it.

    >>> print(escaped("eeds_fast, 5 % & more"))
    eeds\_fast, 5 \% \& more
    """
    return re.sub(r"[\\~^&%$#_{}]", lambda c: SPECIAL.get(c[0], f"\\{c[0]}"), text)


def columns_of(found: Findings) -> list[str]:
    """The names that `--columns` takes: `psnr`, `ssim`, one of a set (`Set5 psnr`), the costs."""
    each = [f"{name} {fact}" for name in test_sets(found.study) for fact in DIGITS]
    beside = [f"{name} {more}" for more in ("published", ALL) for name in each]
    return [SURVIVED, *DIGITS, *each, *beside, "published", *COSTS]


def latex(found: Findings, columns: Sequence[str] = STANDARD) -> str:
    """A `table` with caption and label.

    Args:
        found: the findings.
        columns: of `columns_of`, in this order; `psnr` and `ssim` mean those of every test set,
            `published` the published scores beside each chosen one that has any.

    Raises:
        UserError: there is no column of such a name.
    """
    for name in columns:
        if name not in columns_of(found):
            raise UserError(unknown("--columns", name, columns_of(found)))
    numbers = found.numbers.reset_index()
    chosen = [column for name in _expanded(found, columns) if (column := _column(numbers, name))]
    scales = len(found.study.scales) > 1
    heads = ["Method", *(["Scale"] if scales else []), *(head for head, _ in chosen)]
    names = [escaped(str(arm)) for arm in numbers["arm"]]
    factors = [[rf"$\times${scale}" for scale in numbers["scale"]]] if scales else []
    lines = list(zip(names, *factors, *(cells for _, cells in chosen), strict=True))
    breaks = {i for i in range(1, len(lines)) if scales and names[i] != names[i - 1]}
    body = [r"\midrule" * (i in breaks) + " & ".join(line) + r" \\" for i, line in enumerate(lines)]
    return "\n".join([
        r"\begin{table}[t]", r"\centering\small", r"\setlength{\tabcolsep}{4pt}",
        rf"\caption{{{caption(found)}}}", rf"\label{{tab:{_label(found)}}}",
        rf"\begin{{tabular}}{{l{'r' * (len(heads) - 1)}}}", r"\toprule",
        " & ".join(heads) + r" \\", r"\midrule", *body,
        r"\bottomrule", r"\end{tabular}", r"\end{table}", "",
    ])  # fmt: skip


def caption(found: Findings) -> str:
    """What a reader must know of the scores: pictures, protocol, seeds, budget."""
    study = found.study
    scales = ", ".join(rf"$\times${scale}" for scale in study.scales)
    return (
        f"{escaped(study.experiment)}: trained on {escaped(study.data)} at {scales}, budget "
        f"\\emph{{{escaped(study.budget)}}}{escaped(title(study))}; "
        f"protocol \\emph{{{escaped(study.protocol)}}}, {_over(study)}. "
        "Best in bold, second underlined."
    )


def _over(study: Study) -> str:
    """What a cell is the mean of; arms may have unlike numbers of seeds."""
    counts = survival(study)["ended"]
    least, most = counts.min(), counts.max()
    if counts.empty or most == 1:
        return "one seed"
    seeds = f"{most} seeds" if least == most else f"{least} to {most} seeds"
    lost = "the survivors of " if len(collapsed(study)) else ""
    return f"mean $\\pm$ standard deviation over {lost}{seeds}"


def _label(found: Findings) -> str:
    return re.sub(r"[^A-Za-z0-9]+", "-", found.study.folder)


def _expanded(found: Findings, columns: Sequence[str]) -> list[str]:
    """The columns of single sets; the published scores follow the ones that they stand beside."""
    sets, beside = test_sets(found.study), "published" in columns
    names: list[str] = []
    for name in columns:
        scores = [f"{each} {name}" for each in sets] if name in DIGITS else [name]
        for score in (score for score in scores if score != "published"):
            names.append(score)
            if beside and score.split(" ")[-1] in DIGITS:
                names.append(f"{score} published")
    return list(dict.fromkeys(names))


def _column(numbers: pd.DataFrame, name: str) -> tuple[str, list[str]] | None:
    """Head and cells; None where no row has a number, or all survived."""
    if name == SURVIVED:
        rows = zip(numbers["survived"], numbers["ended"], strict=True)
        cells = [NOTHING if pd.isna(of) else f"{left} of {of}" for left, of in rows]
        return ("Survived", cells) if (numbers["survived"] < numbers["ended"]).any() else None
    if name in COSTS:
        head, key, form = COSTS[name]
        values = numbers[key].astype(float)
        cells = [NOTHING if math.isnan(v) else escaped(form(v)) for v in values]
        return (head, cells) if values.notna().any() else None
    published, every = name.endswith(" published"), name.endswith(f" {ALL}")
    dataset, _, fact = name.removesuffix(" published").removesuffix(f" {ALL}").rpartition(" ")
    end = f" {ALL}" if every else ""
    values = numbers[f"{dataset} published {fact}" if published else f"{dataset} {fact}{end}"]
    values = values.astype(float)
    if not values.notna().any():
        return None
    head = f"{escaped(dataset)} {fact.upper()}{', all' if every else ''}"
    plain = [NOTHING if math.isnan(v) else f"{v:.{DIGITS[fact]}f}" for v in values]
    if published:
        return "publ.", plain
    marked = _marked(plain, numbers["scale"])
    spreads = numbers[f"{dataset} {fact} sd{end}"].astype(float)
    pairs = zip(marked, spreads, strict=True)
    return head, [_with_spread(*pair, DIGITS[fact]) for pair in pairs]


def _marked(plain: Sequence[str], scales: pd.Series) -> list[str]:
    """The best of each scale in bold, the second underlined; equal as printed is equal."""
    printed = pd.Series([math.nan if cell == NOTHING else float(cell) for cell in plain])
    rank = printed.groupby(scales.to_numpy()).rank(method="dense", ascending=False)
    marks = {1.0: r"\textbf{%s}", 2.0: r"\underline{%s}"}
    return [marks.get(place, "%s") % cell for place, cell in zip(rank, plain, strict=True)]


def _with_spread(cell: str, sd: float, digits: int) -> str:
    return cell if math.isnan(sd) else rf"{cell} {{\scriptsize$\pm${sd:.{digits}f}}}"
