"""An experiment's report as one self-contained HTML page, which loads no other file."""

import base64
from typing import Any

import jinja2
import numpy as np
from markdown_it import MarkdownIt
from markupsafe import Markup

from shoal.report.figures.curves import axes_of
from shoal.report.figures.looks import styles
from shoal.report.figures.samples import Crop
from shoal.report.findings import Findings
from shoal.report.page.charts import charts, look_of
from shoal.report.tables.cells import ENDS_IN, NUMBER_OF
from shoal.report.tables.verdicts import effect, verdict_rows
from shoal.results import columns_beside

TEMPLATES = jinja2.Environment(
    loader=jinja2.PackageLoader("shoal.report.page", "."),
    autoescape=True,
    trim_blocks=True,
    undefined=jinja2.StrictUndefined,
)

MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("table")


def page(
    found: Findings,
    crops: list[Crop],
    frontier: bytes | None,
    reading: str,
    reload: int | None = None,
) -> str:
    """The report as HTML.

    Args:
        found: the content of the report.
        crops: for the slider.
        frontier: the figure as SVG, if there is one.
        reading: the human interpretation, in Markdown; HTML in it is escaped.
        reload: the seconds after which a browser reloads the page, while runs are at work.
    """
    study = found.study
    looks = {"bicubic": styles({"bicubic": None})["bicubic"]} | styles(study.models)
    drawn = {name: look_of(look, f"var(--c{i})") for i, (name, look) in enumerate(looks.items())}
    trained = list(dict.fromkeys(arm for crop in crops for arm in crop.sr))
    rows = verdict_rows(found.verdicts).to_dict("records")
    return TEMPLATES.get_template("page.html.j2").render(
        f=found,
        reload=reload,
        reading=Markup(MARKDOWN.render(reading)),
        study=study,
        looks=looks.values(),
        lines=_lines(found),
        verdicts=list(zip(found.verdicts, rows, strict=True)),
        effect=effect,
        drawn=drawn,
        axes=axes_of(study),
        charts=charts(study, crops, drawn),
        frontier=frontier and base64.b64encode(frontier).decode(),
        rights=[*trained, "HR"],
        chosen=found.best[0],
        **found.commands,
    )


def _lines(found: Findings) -> list[list[dict[str, Any]]]:
    """The cells of the table, each with its number to sort by; the best score of a scale marked."""
    numbers = found.numbers.reset_index()
    columns = []
    for name in found.cells.columns:
        end = next((end for end in ENDS_IN if name.endswith(end)), None)
        # A column that `metrics=` added has the same name in cells and numbers.
        same = name if name.rpartition(" ")[2] in columns_beside(found.study) else None
        key = name.removesuffix(end) + ENDS_IN[end] if end else NUMBER_OF.get(name, same)
        values = numbers[key].astype(float) if key else numbers.index.to_series()
        best = values == values.groupby(numbers["scale"]).transform("max")
        marked = best & (end in (" PSNR (dB)", " SSIM"))
        sort = ["" if np.isnan(value) else f"{value:.6g}" for value in values]
        cells = zip(found.cells[name], sort, marked, strict=True)
        columns.append([{"text": text, "sort": s, "best": m} for text, s, m in cells])
    return [list(line) for line in zip(*columns, strict=True)]
