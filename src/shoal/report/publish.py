"""Publishes an experiment's findings: on the screen, on disk and on W&B."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from shoal.errors import UserError
from shoal.results import Study
from shoal.runs.findings import PAGE, README


def publish(
    study: Study, out: Path, mirror: Mapping[str, Any] | None = None, sent: Path | None = None
) -> None:
    """Print a study's table, write its folder of findings, and send a report to W&B if asked to.

    Args:
        study: the rows.
        out: the folder of all findings.
        mirror: the W&B entry of a config's loggers; None: nothing is sent.
        sent: the folder for W&B's own files; None: nothing is sent.

    Raises:
        UserError: no run has finished, or `out` can't be written.
    """
    # Imported here, since Matplotlib takes seconds, and a grid needs it only at its end.
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
    """Publish the findings of a grid, or print why there is nothing to report.

    Args:
        plan: the file of the grid's plan.
        experiments: the folder of all findings.
        loggers: the loggers of its runs, by name.
    """
    from shoal.report import wandb as wandb_report
    from shoal.results import read

    mirror = wandb_report.settings(loggers)
    try:
        publish(read(plan), experiments, mirror, plan.with_suffix(""))
    except UserError as error:
        print(f"no report: {error}", flush=True)
