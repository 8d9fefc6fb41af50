"""What follows a grid: the table on the screen and the findings on disk."""

from pathlib import Path

from shoal.errors import UserError


def report(plan: Path, out: Path, sources: Path) -> None:
    """Print an experiment's table and write its folder; says so where there is nothing to report.

    Args:
        plan: the file that the grid wrote.
        out: the folder of all findings.
        sources: the folder of `claims.yaml` and `published.csv`.
    """
    # Imported here: drawing takes seconds to import, and most of a grid's life is waiting.
    from shoal.report import findings, print_table, write_report
    from shoal.results import read

    try:
        study = read(plan)
        print_table(findings(study, sources))
        folder = write_report(study, out, sources)
    except UserError as error:
        print(f"no report: {error}", flush=True)
    else:
        print(f"report: {folder / 'README.md'} and {folder / 'index.html'}", flush=True)
