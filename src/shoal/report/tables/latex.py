r"""A LaTeX table as narrow as a paper's column, with the best score bold and the second underlined.

It only needs `\usepackage{booktabs}`. Published scores have their own columns, and columns without
any content are left out.
"""

import re
from collections.abc import Sequence

from shoal.errors import UserError, unknown
from shoal.report.findings import Findings
from shoal.report.tables.latex_columns import ALL, COSTS, DIGITS, SURVIVED, column, escaped
from shoal.report.tables.table import test_sets
from shoal.report.tables.tuned import title
from shoal.results import Study, collapsed, survival

STANDARD = (SURVIVED, "psnr", "published", "parameters")


def columns_of(found: Findings) -> list[str]:
    """The names that `--columns` takes, e.g. `psnr`, `Set5 psnr`, `published` or `parameters`."""
    each = [f"{name} {fact}" for name in test_sets(found.study) for fact in DIGITS]
    beside = [f"{name} {more}" for more in ("published", ALL) for name in each]
    return [SURVIVED, *DIGITS, *each, *beside, "published", *COSTS]


def latex(found: Findings, columns: Sequence[str] = STANDARD) -> str:
    """A `table` with caption and label.

    Args:
        found: the findings.
        columns: names from `columns_of`, in this order. `psnr` and `ssim` stand for those of every
            test set, and `published` adds published scores beside each chosen score.

    Raises:
        UserError: a column is unknown.
    """
    for name in columns:
        if name not in columns_of(found):
            raise UserError(unknown("--columns", name, columns_of(found)))
    numbers = found.numbers.reset_index()
    chosen = [made for name in _expanded(found, columns) if (made := column(numbers, name))]
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
    """What a reader must know about the scores: data, budget, protocol, seeds."""
    study = found.study
    scales = ", ".join(rf"$\times${scale}" for scale in study.scales)
    return (
        f"{escaped(study.experiment)}: trained on {escaped(study.data)} at {scales}, budget "
        f"\\emph{{{escaped(study.budget)}}}{escaped(title(study))}; "
        f"protocol \\emph{{{escaped(study.protocol)}}}, {_over(study)}. "
        "Best in bold, second underlined."
    )


def _over(study: Study) -> str:
    """What cells are means of; arms may have different numbers of seeds."""
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
    """Names of single columns; each published score follows the measured one."""
    sets, beside = test_sets(found.study), "published" in columns
    names: list[str] = []
    for name in columns:
        scores = [f"{each} {name}" for each in sets] if name in DIGITS else [name]
        for score in (score for score in scores if score != "published"):
            names.append(score)
            if beside and score.split(" ")[-1] in DIGITS:
                names.append(f"{score} published")
    return list(dict.fromkeys(names))
