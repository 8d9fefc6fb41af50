"""Lightning's counts of steps and of batches, kept equal where a batch holds several steps.

A validation falls due by Lightning's count of batches, so that a run may go on with blocks of
another length, also on another number of devices.
"""

from typing import Any

from lightning import Trainer


def count_step(trainer: Trainer) -> None:
    """Count an optimiser step in `trainer.global_step`."""
    trainer.fit_loop.epoch_loop.manual_optimization.optim_step_progress.increment_by(1)


def count_on(trainer: Trainer, batches: int) -> None:
    """Count batches beside the one that Lightning counts itself."""
    if batches:
        loop = trainer.fit_loop.epoch_loop
        loop.batch_progress.increment_by(batches)
        loop._batches_that_stepped += batches


def go_on_counting(checkpoint: dict[str, Any]) -> None:
    """Let a checkpoint's steps be those that manual optimisation counts.

    Checkpoints that were made with Lightning's automatic optimisation count them elsewhere.
    """
    loops = checkpoint["loops"]["fit_loop"]
    for tracker in loops["epoch_loop.manual_optimization.optim_step_progress"].values():
        tracker.update(dict.fromkeys(tracker, checkpoint["global_step"]))
