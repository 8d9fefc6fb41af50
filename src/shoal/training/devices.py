"""The devices of a run: whether they are to be had, and the ranks that work on several."""

import contextlib
import logging
import warnings
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import torch
from hydra.utils import instantiate
from lightning import Trainer

from shoal.data.checks import check_share
from shoal.errors import UserError, first_line
from shoal.runs.config import RunConfig
from shoal.runs.folder import ReadOnlyRunFolder
from shoal.runs.run import Run
from shoal.runs.trainer import lightnings
from shoal.system.malloc import keep_freed_memory
from shoal.system.signals import Stop, Stopped
from shoal.training.agreement import Agreement
from shoal.training.fit import fit
from shoal.training.ingredients import Ingredients
from shoal.training.ranks import Orders, Ranks, require_match
from shoal.training.spawn import RankFailed, spawn
from shoal.training.tally import Diverged

# Weights and scores are float32 in all of them; a network all in another type can't be compared.
PRECISIONS = ("32-true", "bf16-mixed", "16-mixed")


def check_devices(config: RunConfig) -> Trainer:
    """Make sure that the trainer's devices and precision are to be had here.

    Returns:
        A trainer that knows its devices and nothing else.

    Raises:
        UserError: they aren't, e.g. `trainer=gpu` where there is none, or can't share the batch.
    """
    quiet()
    if config.precision not in PRECISIONS:
        words = f"trainer.precision={config.precision} is none that networks are trained in"
        raise UserError(f"{words}: take one of {', '.join(PRECISIONS)}")
    try:
        with warnings.catch_warnings(action="ignore"):  # they come again when the run begins
            trainer: Trainer = instantiate(
                lightnings(config.trainer), logger=False, enable_progress_bar=False, _convert_="all"
            )
    except Exception as error:
        cause = error.__cause__ or error
        raise UserError(f"trainer can't be built here: {first_line(cause)}") from error
    if trainer.precision != config.precision:  # Lightning takes another, with a warning
        words = f"trainer.precision={config.precision} is not to be had on this device"
        raise UserError(f"{words}: take {trainer.precision}")
    require_match(trainer)
    check_share(config.budget.batch_size, trainer.num_devices * trainer.num_nodes)
    return trainer


def open_context(devices: Trainer) -> None:
    """Let CUDA get ready, which takes it a second or more, where a run is made in this process."""
    device = devices.strategy.root_device
    if device.type == "cuda" and devices.num_devices * devices.num_nodes == 1:
        torch.zeros(1, device=device)


def quiet() -> None:
    """Silence what Lightning logs below a warning."""
    for name in ("lightning", "lightning.pytorch", "lightning.fabric"):
        logging.getLogger(name).setLevel(logging.WARNING)


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
