"""A run on several devices: the ranks that work on them, and what all but the first do."""

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
from shoal.training.tally import Diverged


def train_by_ranks(
    train: Callable[..., Any], run: Run, arguments: tuple[Any, ...], devices: Trainer
) -> None:
    """Make a run on several devices of this machine, by a process for each.

    Args:
        train: what each process does.
        run: to be made.
        arguments: of `train` after the run's config.
        devices: from `check_devices`.

    Raises:
        UserError: other machines are asked for, which only torchrun and Slurm reach.
        RankFailed: one of them ended as none should; the run's status says so.
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
                with (folder.path / "log.txt").open("a") as log:
                    print(error.trace, file=log)
        raise


def follow(run: Run, ranks: Ranks) -> None:
    """What all ranks but the first do: train along, and leave all words to the first."""
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
