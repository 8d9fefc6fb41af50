"""The findings as a README: Markdown that needs no browser."""

from collections.abc import Collection, Sequence

import jinja2
import pandas as pd
from tabulate import tabulate

from shoal.report.figures.curves import axes_of, is_banded
from shoal.report.findings import Findings
from shoal.report.tables.verdicts import verdict_rows

TEMPLATES = jinja2.Environment(
    loader=jinja2.PackageLoader("shoal.report", "."),
    autoescape=False,  # Markdown is no HTML
    trim_blocks=True,
    keep_trailing_newline=True,
    undefined=jinja2.StrictUndefined,
)

AGAINST = {"step": "steps", "seconds": "seconds", "macs": "multiply-adds"}


def readme(found: Findings, files: Collection[str], reading: str) -> str:
    """The text of README.md.

    Args:
        found: the content of the report.
        files: the files beside it; only figures among these are shown.
        reading: the human interpretation, in Markdown.
    """
    return TEMPLATES.get_template("readme.md.j2").render(
        f=found,
        reading=reading,
        study=found.study,
        table=_markdown(found.cells),
        pace=_markdown(found.pace),
        verdicts=_markdown(verdict_rows(found.verdicts)),
        compared=[(part, _markdown(part.rows)) for part in found.compared],
        convergence="convergence.svg" in files,
        against=_listed([AGAINST[axis] for axis in axes_of(found.study)]),
        banded=is_banded(found.study),
        frontier="frontier.svg" in files,
        branches="branches.svg" in files,
        samples="samples.png" in files,
        **found.commands,
    )


def _listed(words: Sequence[str]) -> str:
    return f"{', '.join(words[:-1])} and {words[-1]}"


def _markdown(cells: pd.DataFrame) -> str:
    columns = {str(name): cells[name].tolist() for name in cells.columns}
    # Kept as text: tabulate would parse "32.10" as a number and drop the zero.
    return tabulate(columns, headers="keys", tablefmt="github", disable_numparse=True)
