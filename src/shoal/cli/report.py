"""`shoal report` and `shoal pages`: an experiment's findings, and how they are looked at."""

from pathlib import Path
from typing import Annotated

import typer

from shoal.cli.options import Runs


def report(
    experiment: Annotated[
        str, typer.Argument(help="e.g. ablation; or a folder of findings, drawn anew from its rows")
    ],
    runs: Runs = Path("runs"),
    out: Annotated[Path, typer.Option(help="Folder of all findings.")] = Path("reports"),
    id: Annotated[
        str | None, typer.Option(help="Digest of the grid, where there are several; the newest.")
    ] = None,
) -> None:
    """Write an experiment's tables, figures, verdicts and page from its runs' records."""
    from shoal.report.publish import publish
    from shoal.results import load, read_kept
    from shoal.results.kept import STUDY

    kept = Path(experiment)
    if (kept / STUDY).is_file():
        publish(read_kept(kept), kept.resolve().parents[1])
    else:
        publish(load(runs, experiment, id), out)


def pages(
    findings: Annotated[Path, typer.Argument(help="e.g. experiments")] = Path("reports"),
) -> None:
    """Build the page of every finding in a folder from what is kept there, without any run."""
    from shoal.report import write_pages

    for page in write_pages(findings):
        print(page)
