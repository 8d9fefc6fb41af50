"""Writes an experiment's folder of findings: from its runs, or from the rows that it keeps."""

from dataclasses import replace
from pathlib import Path

from shoal.claims.ledger import crosses_seeds
from shoal.errors import UserError
from shoal.report.figures.branches import branches_figure
from shoal.report.figures.canvas import drawing, rendered
from shoal.report.figures.convergence import convergence_figure
from shoal.report.figures.frontier import frontier_figure
from shoal.report.figures.samples import Crop, crops, kept_crops
from shoal.report.figures.sheet import samples_sheet
from shoal.report.findings import Findings, findings
from shoal.report.home import home, reading
from shoal.report.index import index
from shoal.report.page.page import page
from shoal.report.readme import readme
from shoal.report.tables.latex import latex
from shoal.results import Study
from shoal.results.kept import facts, read_kept
from shoal.runs.findings import CURVES, PAGE, README, RUNS, SCORES, STUDY, place
from shoal.system.files import write_whole


def write_report(study: Study, out: Path) -> Path:
    """Write an experiment's folder and the index of all findings.

    The same rows give the same bytes.

    Args:
        study: read from runs, or from kept findings.
        out: the folder of all findings.

    Returns:
        the experiment's folder.

    Raises:
        UserError: no run has finished, or `out` can't be written.
    """
    folder = home(out, study.folder, study.precision)
    if (lies := place(folder)) != study.folder:  # renamed: another precision took the plain name
        study = replace(study, folder=lies)
    found, pictures = findings(study), _pictures(study)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(f"{folder} can't be made: {error}; choose another folder") from None
    files = ({} if study.trial else _figures(found, pictures)) | _tables(found)
    files[README] = readme(found, files, reading(folder)).encode()
    for name, content in files.items():
        write_whole(folder / name, content)
    _write_page(found, pictures, folder)
    write_whole(out / README, index(out))
    return folder


def write_pages(out: Path) -> list[Path]:
    """Write the page of each folder of findings from the rows that it keeps.

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
        _write_page(findings(study), _pictures(study), folder)
    return [folder / PAGE for folder in folders]


def write_live(study: Study, out: Path, reload: int | None) -> Path:
    """Write just the page of a study whose runs haven't all ended.

    Args:
        study: read from runs.
        out: the folder of all findings.
        reload: the seconds after which a browser reloads the page; None: never.

    Raises:
        UserError: no run has finished.
    """
    found = findings(study)
    with drawing():
        figure = frontier_figure(study, found.numbers)
        frontier = rendered(figure, "svg") if figure else None
    folder = home(out, study.folder, study.precision)
    folder.mkdir(parents=True, exist_ok=True)
    text = page(found, _pictures(study), frontier, reading(folder), reload)
    write_whole(folder / PAGE, text)
    return folder / PAGE


def _pictures(study: Study) -> list[Crop]:
    """The crops of a study's runs, or those that its findings keep.

    There are none for runs that try values, nor for runs that only differ in seeds: these look
    alike.
    """
    if study.trial or crosses_seeds(study):
        return []
    return kept_crops(study) if (study.root / STUDY).is_file() else crops(study)


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
        # With its own value an arm's pictures look as with the common one, shown in its findings.
        sheet = {} if study.tuned else samples_sheet(pictures)
    return files | {f"samples.{kind}": content for kind, content in sheet.items()}


def _tables(found: Findings) -> dict[str, bytes]:
    study = found.study
    frames = {
        "table.csv": found.numbers.reset_index(),
        RUNS: study.runs,
        SCORES: study.scores,
        CURVES: study.curves,
    }
    files = {STUDY: facts(study)}
    files |= {name: rows.to_csv(index=False, lineterminator="\n") for name, rows in frames.items()}
    files["table.tex"] = latex(found)
    return {name: text.encode() for name, text in files.items()}
