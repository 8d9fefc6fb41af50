"""`shoal report` and `shoal pages`: write an experiment's findings, and rebuild pages."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from shoal.cli.options import Runs
from shoal.errors import FAILED, UserError


def report(
    experiment: Annotated[
        str, typer.Argument(help="Its name, e.g. ablation, or a folder of findings to rebuild.")
    ],
    runs: Runs = Path("runs"),
    out: Annotated[
        Path | None, typer.Option(help="Folder of all findings.", show_default="reports")
    ] = None,
    id: Annotated[
        str | None, typer.Option(help="Digest of the grid.", show_default="the newest")
    ] = None,
    latex: Annotated[
        bool, typer.Option("--latex", help="Print the table for a paper instead (booktabs).")
    ] = False,
    columns: Annotated[
        str | None,
        typer.Option(
            help="Columns of --latex in this order, e.g. 'psnr,ssim,Set5 psnr,macs,time'.",
            show_default="those of table.tex",
        ),
    ] = None,
    require: Annotated[
        list[str],
        typer.Option(help="Exit with 1 unless a verdict is this, e.g. C4=supported; repeatable."),
    ] = [],  # noqa: B006 - typer only reads it
) -> None:
    """Write an experiment's tables, figures, verdicts and page from its runs' records."""
    from shoal.report.findings import findings
    from shoal.report.gate import unmet
    from shoal.report.publish import publish
    from shoal.report.tables.latex import STANDARD
    from shoal.report.tables.latex import latex as table_of
    from shoal.results import load, read_kept
    from shoal.runs.findings import STUDY

    if columns is not None and not latex:
        raise UserError("--columns chooses the columns of --latex: add --latex, or leave it out")
    kept = Path(experiment)
    if (kept / STUDY).is_file():
        home = _home(kept, out, id)
        study = read_kept(kept)
    else:
        home = out or Path("reports")
        study = load(runs, experiment, id)
    said = unmet(findings(study), require) if require else []
    if latex:
        chosen = STANDARD if columns is None else columns.replace(", ", ",").split(",")
        print(table_of(findings(study), chosen), end="")
    else:
        publish(study, home)
    if said:
        print(f"shoal: {'; '.join(said)}", file=sys.stderr)
        raise typer.Exit(FAILED)


def _home(kept: Path, out: Path | None, id: str | None) -> Path:
    """The folder of all findings that contains `kept`, which is rebuilt in place.

    Raises:
        UserError: another output folder or a grid was asked for, or `kept` lies too high up.
    """
    parents = kept.resolve().parents
    if len(parents) < 2:
        raise UserError(f"{kept} lies in no folder of a question: copy it to reports/QUESTION/NAME")
    home = parents[1]
    if id is not None:
        raise UserError(f"--id {id}: a folder of findings is one grid; leave --id out")
    if out is not None and out.resolve() != home:
        raise UserError(
            f"--out {out}: {kept} is rebuilt in place; copy it to "
            f"{out}/{'/'.join(kept.resolve().parts[-2:])} first, and name that"
        )
    return home


def pages(
    findings: Annotated[
        Path, typer.Argument(help="Folder of all findings, e.g. experiments")
    ] = Path("reports"),
) -> None:
    """Build the page of each folder of findings from the rows that it keeps."""
    from shoal.report.folder import write_pages

    for page in write_pages(findings):
        print(page)
