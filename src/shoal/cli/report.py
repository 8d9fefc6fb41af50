"""`shoal report`: an experiment's findings from its records."""

from pathlib import Path
from typing import Annotated

import typer

from shoal.cli.options import Runs


def report(
    experiment: Annotated[str, typer.Argument(help="e.g. ablation")],
    runs: Runs = Path("runs"),
    out: Annotated[Path, typer.Option(help="Folder of all findings.")] = Path("experiments"),
    id: Annotated[
        str | None, typer.Option(help="Digest of the grid, where there are several; the newest.")
    ] = None,
) -> None:
    """Write an experiment's tables, figures, verdicts and page from its runs' records."""
    from shoal.report import findings, print_table, write_report
    from shoal.results import load

    # Claims and published scores stay with the project when the findings go elsewhere.
    sources = out if (out / "claims.yaml").is_file() else Path("experiments")
    study = load(runs, experiment, id)
    folder = write_report(study, out, sources)
    print_table(findings(study, sources))
    print(f"{folder / 'README.md'} and {folder / 'index.html'} are written")
