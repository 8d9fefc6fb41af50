"""Keeps Lightning's counts of steps and batches equal when one batch holds several steps.

Lightning decides by its count of batches when to validate. With equal counts a run can resume with
blocks of another length, and on another number of devices.
"""

from typing import Any

from lightning import Trainer


def count_step(trainer: Trainer) -> None:
    """Count an optimiser step in `trainer.global_step`."""
    trainer.fit_loop.epoch_loop.manual_optimization.optim_step_progress.increment_by(1)


def count_on(trainer: Trainer, batches: int) -> None:
    """Count batches in addition to the one that Lightning counts by itself."""
    if batches:
        loop = trainer.fit_loop.epoch_loop
        loop.batch_progress.increment_by(batches)
        loop._batches_that_stepped += batches


def go_on_counting(checkpoint: dict[str, Any]) -> None:
    """Copy a checkpoint's step count to where manual optimisation keeps it.

    Checkpoints made with Lightning's automatic optimisation keep it elsewhere.
    """
    loops = checkpoint["loops"]["fit_loop"]
    for tracker in loops["epoch_loop.manual_optimization.optim_step_progress"].values():
        tracker.update(dict.fromkeys(tracker, checkpoint["global_step"]))
