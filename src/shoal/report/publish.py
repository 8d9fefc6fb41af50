"""What follows an experiment's grid: its table on the screen, its findings on disk and on W&B."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from shoal.errors import UserError


def report(plan: Path, experiments: Path, loggers: Mapping[str, Any], sources: Path) -> None:
    """Print an experiment's table and write its folder; says so where there is nothing to report.

    Args:
        plan: the file that the grid wrote.
        experiments: the folder of all findings.
        loggers: of its runs, by name.
        sources: the folder of `claims.yaml` and `published.csv`.
    """
    # Imported here: drawing takes seconds to import, and most of a grid's life is waiting.
    from shoal.report import findings, print_table, write_report
    from shoal.report import wandb as wandb_report
    from shoal.results import read

    try:
        study = read(plan)
        found = findings(study, sources)
        print_table(found)
        folder = write_report(study, experiments, sources)
    except UserError as error:
        print(f"no report: {error}", flush=True)
        return
    print(f"report: {folder / 'README.md'} and {folder / 'index.html'}", flush=True)
    if entry := wandb_report.settings(loggers):
        wandb_report.send(found, folder, plan.with_suffix(""), entry)
