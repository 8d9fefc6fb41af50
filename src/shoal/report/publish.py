"""What becomes of an experiment's rows: a table on the screen, findings on disk and on W&B."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from shoal.errors import UserError
from shoal.results import Study
from shoal.runs.findings import PAGE, README


def publish(
    study: Study, out: Path, mirror: Mapping[str, Any] | None = None, sent: Path | None = None
) -> None:
    """Print a study's table, write its folder, and send both to W&B where it is asked for.

    Args:
        study: the rows.
        out: the folder of all findings.
        mirror: W&B's entry of a config's loggers.
        sent: the folder of W&B's own files, where it is asked for.

    Raises:
        UserError: no run has finished, or `out` can't be written.
    """
    # Imported here: drawing takes seconds to import, and most of a grid's life is waiting.
    from shoal.report import wandb as wandb_report
    from shoal.report.findings import findings
    from shoal.report.folder import write_report
    from shoal.report.terminal import print_table

    found = findings(study)
    print_table(found)
    folder = write_report(study, out)
    print(f"report: {folder / README} and {folder / PAGE}", flush=True)
    if mirror and sent:
        wandb_report.send(found, folder, sent, mirror)


def report(plan: Path, experiments: Path, loggers: Mapping[str, Any]) -> None:
    """Publish what a grid found; says so where there is nothing to report.

    Args:
        plan: the file that the grid wrote.
        experiments: the folder of all findings.
        loggers: of its runs, by name.
    """
    from shoal.report import wandb as wandb_report
    from shoal.results import read

    mirror = wandb_report.settings(loggers)
    try:
        publish(read(plan), experiments, mirror, plan.with_suffix(""))
    except UserError as error:
        print(f"no report: {error}", flush=True)
