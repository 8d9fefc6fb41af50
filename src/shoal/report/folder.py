"""The folder of an experiment's findings, and the index of all of them."""

import re
from pathlib import Path

import jinja2
import pandas as pd
from tabulate import tabulate

from shoal.errors import UserError
from shoal.report.branches import branches_figure
from shoal.report.curves import convergence_figure
from shoal.report.findings import Findings, findings
from shoal.report.frontier import frontier_figure
from shoal.report.page import commands, page
from shoal.report.samples import Crop, crops, samples_figure
from shoal.report.style import drawing, rendered
from shoal.report.text import verdict_rows
from shoal.results import Study
from shoal.system.files import write_whole

MARKDOWN = jinja2.Environment(
    loader=jinja2.PackageLoader("shoal.report", "."),
    autoescape=False,  # Markdown is no HTML
    trim_blocks=True,
    keep_trailing_newline=True,
    undefined=jinja2.StrictUndefined,
)
INDEX = """# Experiments

One folder per question, each made by the command that it names. `claims.yaml` says which claims of
the paper are tested where, `published.csv` has the literature's scores and where they were read.

{table}
"""


def write_report(study: Study, out: Path, sources: Path) -> Path:
    """Write an experiment's folder and the index beside it; the same rows give the same bytes.

    Args:
        study: the rows.
        out: the folder of all findings.
        sources: folder of `claims.yaml` and `published.csv`.

    Returns:
        the experiment's folder.

    Raises:
        UserError: no run has finished, one of the two files is absent, or `out` can't be written.
    """
    found, pictures = findings(study, sources), crops(study)
    folder = out / study.folder
    words = reading(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(f"{folder} can't be made: {error}; choose --out DIR") from None
    files = _figures(found, pictures) | _tables(found)
    files["index.html"] = page(found, pictures, files.get("frontier.png"), words).encode()
    files["README.md"] = _readme(found, set(files), words).encode()
    for name, content in files.items():
        write_whole(folder / name, content)
    write_whole(out / "README.md", index(out))
    return folder


def _figures(found: Findings, pictures: list[Crop]) -> dict[str, bytes]:
    study = found.study
    with drawing():
        convergence, costs = convergence_figure(study), frontier_figure(study, found.numbers)
        drawn = {"convergence": convergence} | ({"frontier": costs} if costs else {})
        files = {
            f"{name}.{kind}": rendered(figure, kind)
            for name, figure in drawn.items()
            for kind in ("svg", "png")
        }
        branches, samples = branches_figure(study), samples_figure(pictures)
        files |= {"branches.svg": rendered(branches, "svg")} if branches else {}
        return files | ({"samples.png": rendered(samples, "png")} if samples else {})


def _tables(found: Findings) -> dict[str, bytes]:
    study = found.study
    frames = {
        "table.csv": found.numbers.reset_index(),
        "runs.csv": study.runs,
        "scores.csv": study.scores,
        "curves.csv": study.curves,
    }
    files = {name: rows.to_csv(index=False, lineterminator="\n") for name, rows in frames.items()}
    cells = _columns(found.cells)
    files["table.tex"] = tabulate(cells, headers="keys", tablefmt="latex_booktabs") + "\n"
    return {name: text.encode() for name, text in files.items()}


def reading(folder: Path) -> str:
    """The Markdown of `reading.md`: what people make of the findings; never written over."""
    path = folder / "reading.md"
    return path.read_text().strip() if path.is_file() else ""


def _readme(found: Findings, files: set[str], words: str) -> str:
    return MARKDOWN.get_template("readme.md.j2").render(
        f=found,
        reading=words,
        study=found.study,
        table=_markdown(found.cells),
        pace=_markdown(found.pace),
        verdicts=_markdown(verdict_rows(found.verdicts)),
        frontier="frontier.svg" in files,
        branches="branches.svg" in files,
        samples="samples.png" in files,
        **commands(found),
    )


def _columns(cells: pd.DataFrame) -> dict[str, list[str]]:
    return {str(name): cells[name].tolist() for name in cells.columns}


def _markdown(cells: pd.DataFrame) -> str:
    # Left as text: tabulate would read "32.10" as a number and drop its zero.
    return tabulate(_columns(cells), headers="keys", tablefmt="github", disable_numparse=True)


def index(out: Path) -> str:
    """The list of findings: question, answer in one line, link; read from each folder's README."""
    rows = []
    for readme in sorted(out.glob("*/README.md")):
        text = readme.read_text()
        name = readme.parent.name
        said = [_sentence(text, word) for word in ("Question", "Answer")]
        rows.append([f"[{name}]({name}/README.md)", *said])
    heads = ["experiment", "question", "answer"]
    return INDEX.format(table=tabulate(rows, headers=heads, tablefmt="github"))


def _sentence(readme: str, word: str) -> str:
    found = re.search(rf"^\*\*{word}\.\*\* (.+)$", readme, re.MULTILINE)
    return found.group(1) if found else ""
