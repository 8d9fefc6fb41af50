"""The folder of an experiment's findings: from its runs, or anew from the rows that it keeps."""

from pathlib import Path

import jinja2
import pandas as pd
from tabulate import tabulate

from shoal.errors import UserError
from shoal.report.branches import branches_figure
from shoal.report.curves import convergence_figure
from shoal.report.findings import Findings, findings
from shoal.report.frontier import frontier_figure
from shoal.report.index import index
from shoal.report.latex import latex
from shoal.report.page import commands, page
from shoal.report.samples import Crop, crops, kept_crops
from shoal.report.sheet import samples_sheet
from shoal.report.style import drawing, rendered
from shoal.report.text import verdict_rows
from shoal.results import Study
from shoal.results.kept import STUDY, facts, precision, read_kept
from shoal.system.files import write_whole

MARKDOWN = jinja2.Environment(
    loader=jinja2.PackageLoader("shoal.report", "."),
    autoescape=False,  # Markdown is no HTML
    trim_blocks=True,
    keep_trailing_newline=True,
    undefined=jinja2.StrictUndefined,
)
PAGE = "index.html"


def write_report(study: Study, out: Path) -> Path:
    """Write an experiment's folder and the index beside it; the same rows give the same bytes.

    Args:
        study: of runs, or as its findings kept it.
        out: the folder of all findings.

    Returns:
        the experiment's folder.

    Raises:
        UserError: no run has finished, or `out` can't be written.
    """
    kept = (study.root / STUDY).is_file()
    found, pictures = findings(study), kept_crops(study) if kept else crops(study)
    folder = home(study, out)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(f"{folder} can't be made: {error}; choose another folder") from None
    files = _figures(found, pictures) | _tables(found)
    files["README.md"] = _readme(found, set(files), reading(folder)).encode()
    for name, content in files.items():
        write_whole(folder / name, content)
    _write_page(found, pictures, folder)
    write_whole(out / "README.md", index(out))
    return folder


def home(study: Study, out: Path) -> Path:
    """The folder of a study's findings, which no study of another precision takes from it.

    A name tells the precision only where two studies differ in nothing else: who comes second, goes
    to `<name>-<precision>`, and there again.
    """
    plain = out / study.folder
    named = plain.with_name(f"{plain.name}-{study.precision}")
    taken = precision(plain) not in (None, study.precision)
    return named if taken or named.is_dir() else plain


def write_pages(out: Path) -> list[Path]:
    """Write the page of every finding, from what its folder keeps.

    Args:
        out: the folder of all findings.

    Raises:
        UserError: there are none, or one is damaged.
    """
    folders = sorted(path.parent for path in out.rglob(STUDY))
    if not folders:
        raise UserError(f"{out} holds no findings: name a folder that does, e.g. experiments")
    for folder in folders:
        study = read_kept(folder)
        _write_page(findings(study), kept_crops(study), folder)
    return [folder / PAGE for folder in folders]


def write_live(study: Study, out: Path, reload: int) -> Path:
    """Write nothing but the page of a study whose runs are still at work.

    Args:
        study: of runs.
        out: the folder of all findings.
        reload: seconds after which a browser takes the page anew.

    Raises:
        UserError: no run has finished.
    """
    found = findings(study)
    with drawing():
        figure = frontier_figure(study, found.numbers)
        frontier = rendered(figure, "svg") if figure else None
    folder = home(study, out)
    folder.mkdir(parents=True, exist_ok=True)
    text = page(found, crops(study), frontier, reading(folder), reload)
    write_whole(folder / PAGE, text)
    return folder / PAGE


def _write_page(found: Findings, pictures: list[Crop], folder: Path) -> None:
    drawn = folder / "frontier.svg"
    frontier = drawn.read_bytes() if drawn.is_file() else None
    write_whole(folder / PAGE, page(found, pictures, frontier, reading(folder)))


def _figures(found: Findings, pictures: list[Crop]) -> dict[str, bytes]:
    study = found.study
    with drawing():
        figures = {
            "convergence": convergence_figure(study),
            "frontier": frontier_figure(study, found.numbers),
            "branches": branches_figure(study),
        }
        files = {f"{name}.svg": rendered(f, "svg") for name, f in figures.items() if f}
        sheet = samples_sheet(pictures)
    return files | {f"samples.{kind}": content for kind, content in sheet.items()}


def _tables(found: Findings) -> dict[str, bytes]:
    study = found.study
    frames = {
        "table.csv": found.numbers.reset_index(),
        "runs.csv": study.runs,
        "scores.csv": study.scores,
        "curves.csv": study.curves,
    }
    files = {STUDY: facts(study)}
    files |= {name: rows.to_csv(index=False, lineterminator="\n") for name, rows in frames.items()}
    files["table.tex"] = latex(found)
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
        compared=[(part, _markdown(part.rows)) for part in found.compared],
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
