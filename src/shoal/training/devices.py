"""The devices of a run: whether they are to be had here."""

import contextlib
import logging
import os
import warnings

import torch
from hydra.utils import instantiate
from lightning import Trainer

from shoal.data.checks import check_share
from shoal.errors import UserError, first_line
from shoal.runs.config import RunConfig
from shoal.runs.trainer import lightnings
from shoal.system.variables import TURN
from shoal.training.ranks import require_match

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
        # A run that waits for its turn need not get in: who works there may fill the memory, or be
        # the only one that the GPU lets in.
        waits = TURN in os.environ
        with contextlib.suppress(RuntimeError) if waits else contextlib.nullcontext():
            torch.zeros(1, device=device)


def quiet() -> None:
    """Silence what Lightning logs below a warning."""
    for name in ("lightning", "lightning.pytorch", "lightning.fabric"):
        logging.getLogger(name).setLevel(logging.WARNING)
