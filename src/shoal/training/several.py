"""A run on several devices: starting its ranks, and what all ranks but the first do."""

import contextlib
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import torch
from lightning import Trainer

from shoal.errors import UserError
from shoal.runs.folder import ReadOnlyRunFolder
from shoal.runs.run import Run
from shoal.system.malloc import keep_freed_memory
from shoal.system.signals import Stop, Stopped
from shoal.training.agreement import Agreement
from shoal.training.fit import fit
from shoal.training.ingredients import Ingredients
from shoal.training.ranks import Orders, Ranks
from shoal.training.spawn import RankFailed, spawn
from shoal.training.status import open_log
from shoal.training.tally import Diverged


def train_by_ranks(
    train: Callable[..., Any], run: Run, arguments: tuple[Any, ...], devices: Trainer
) -> None:
    """Make a run on several devices of this machine, with one process for each.

    Args:
        train: the function that each process calls.
        run: the run to make.
        arguments: of `train`, after the run's config.
        devices: from `check_devices`.

    Raises:
        UserError: the run needs several machines, which only torchrun and Slurm reach.
        RankFailed: a process crashed or was killed; the run's status says so.
    """
    if devices.num_nodes > 1:
        words = f"trainer.num_nodes={devices.num_nodes} needs torchrun or Slurm's srun"
        raise UserError(f"{words} to start this command on each node")
    try:
        spawn(train, (run.config, *arguments), devices.num_devices)
    except RankFailed as error:
        folder = run.folder
        with contextlib.suppress(UserError), folder.locked():
            if not folder.finished:
                folder.set_status("failed", reason=str(error))
                with open_log(folder) as log:
                    print(error.trace, file=log)
        raise


def follow(run: Run, ranks: Ranks) -> None:
    """Train as a rank other than the first: compute along, and print and write nothing."""
    with Stop(patient=True) as stop:
        orders: Orders | None = ranks.broadcast(None)
        if orders is None:
            return
        torch.set_num_threads(orders.threads)
        keep_freed_memory()
        made_of = Ingredients.of(run)
        reader = replace(run, folder=ReadOnlyRunFolder(run.folder.path))
        with contextlib.suppress(Diverged, Stopped):
            fit(reader, made_of, [], Agreement(ranks, stop), orders.checkpoint)
            ranks.part()
