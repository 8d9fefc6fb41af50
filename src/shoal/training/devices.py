"""The devices of a run: whether this machine has them."""

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

# All of them keep weights and scores in float32, so that runs can be compared.
PRECISIONS = ("32-true", "bf16-mixed", "16-mixed")


def check_devices(config: RunConfig) -> Trainer:
    """Make sure that this machine offers the trainer's devices and precision.

    Returns:
        A trainer that is only good for asking about its devices.

    Raises:
        UserError: a device or the precision is missing, e.g. `trainer=gpu` without a GPU, or the
            batch can't be shared equally among the devices.
    """
    quiet()
    if config.precision not in PRECISIONS:
        words = f"trainer.precision={config.precision} is not supported"
        raise UserError(f"{words}: choose one of {', '.join(PRECISIONS)}")
    try:
        with warnings.catch_warnings(action="ignore"):  # the run's own trainer repeats them
            trainer: Trainer = instantiate(
                lightnings(config.trainer), logger=False, enable_progress_bar=False, _convert_="all"
            )
    except Exception as error:
        cause = error.__cause__ or error
        raise UserError(f"trainer can't be built here: {first_line(cause)}") from error
    if trainer.precision != config.precision:  # Lightning replaces it, with a warning
        words = f"trainer.precision={config.precision} is not available on this device"
        raise UserError(f"{words}: use {trainer.precision}")
    require_match(trainer)
    check_share(config.budget.batch_size, trainer.num_devices * trainer.num_nodes)
    return trainer


def open_context(devices: Trainer) -> None:
    """Initialise CUDA, which takes a second or more, if the run is made in this process."""
    device = devices.strategy.root_device
    if device.type == "cuda" and devices.num_devices * devices.num_nodes == 1:
        # A run that waits for its turn may fail here: the run at work may fill the GPU's memory, or
        # the GPU may admit one process only. It tries again when its turn has come.
        waits = TURN in os.environ
        with contextlib.suppress(RuntimeError) if waits else contextlib.nullcontext():
            torch.zeros(1, device=device)


def quiet() -> None:
    """Silence Lightning's log messages below the level of warnings."""
    for name in ("lightning", "lightning.pytorch", "lightning.fabric"):
        logging.getLogger(name).setLevel(logging.WARNING)
