"""A finished run that a W&B sweep asks for: sent to W&B, since nothing is trained again."""

import os
from dataclasses import replace

from shoal.dashboards.base import dashboards
from shoal.dashboards.wandb_session import TARGET
from shoal.runs.run import Run
from shoal.training.loggers import open_loggers
from shoal.training.shown import summary

SWEEP = "WANDB_SWEEP_ID"  # set by `wandb agent`, which waits for the run that it has asked for


def show_in_sweep(run: Run) -> None:
    """Send a finished run's curve and summary to W&B, if `wandb agent` started this process."""
    config, folder = run.config, run.folder
    asked = {name: entry for name, entry in config.logger.items() if entry["_target_"] == TARGET}
    if SWEEP not in os.environ or not asked:
        return
    record = folder.record()
    asking = replace(run, config=replace(config, logger=asked))
    with open_loggers(asking, record["started_at"]) as loggers:
        for logger in loggers:
            for row in folder.rows("curve.csv"):
                numbers = {key: float(value) for key, value in row.items() if value}
                logger.log_metrics(numbers, int(row["step"]))
        for dashboard in dashboards(loggers):
            dashboard.log_summary(summary(record, config.protocol))
