"""Fitting a network: everything that Lightning is given, built from the config."""

import logging
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from hydra.utils import instantiate
from lightning import Callback, Trainer, seed_everything
from lightning.pytorch.loggers import Logger
from omegaconf import DictConfig
from torch import nn

from shoal.data.cache import open_cache
from shoal.data.module import SuperResolutionData
from shoal.data.patches import check_share
from shoal.data.selection import Selection
from shoal.errors import UserError, first_line
from shoal.models.initialise import initialise
from shoal.models.profile import macs
from shoal.models.reparam import folded
from shoal.runs.folder import RunFolder
from shoal.training.callbacks.averaging import Averaging
from shoal.training.callbacks.checkpoints import Checkpoints
from shoal.training.callbacks.curve import Curve
from shoal.training.callbacks.mirror import Mirror
from shoal.training.callbacks.progress import ProgressBar
from shoal.training.module import SuperResolution
from shoal.training.ranks import Agreement, require_match

# What Lightning says on every run and nobody can act on.
CHATTER = (
    "does not have many workers",
    "You're resuming from a checkpoint that ended",
    "exists and is not empty",
    "The `srun` command is available",
    "treespec, LeafSpec",
    # What all ranks have agreed on needn't be averaged over them again.
    "sync_dist=True",
    # A rank without a picture of its own.
    "was called before the ``update`` method",
)


@dataclass
class Fitted:
    """What fitting leaves behind for the record."""

    network: nn.Module  # as it is used: folded
    curve: Curve
    device: torch.device
    macs: int  # per LR pixel

    @property
    def trained(self) -> bool:
        """Whether the network has anything to learn."""
        return any(value.requires_grad for value in self.network.parameters())


def build(cfg: DictConfig) -> nn.Module:
    """The config's network at its start, a function of the seed.

    Raises:
        UserError: it can't be built; the message names the target.
    """
    seed_everything(cfg.seed, verbose=False)
    try:
        network: nn.Module = instantiate(cfg.model)
    except Exception as error:
        cause = error.__cause__ or error
        if isinstance(cause, UserError):
            raise cause from None
        raise UserError(f"model={cfg.name} can't be built: {first_line(cause)}") from error
    initialise(network, cfg.task.init)
    return network


def check_devices(cfg: DictConfig) -> Trainer:
    """Make sure that the trainer's devices and precision are to be had here.

    Returns:
        A trainer that knows its devices and nothing else.

    Raises:
        UserError: they aren't, e.g. `trainer=gpu` where there is none, or can't share the batch.
    """
    quiet()
    try:
        with warnings.catch_warnings(action="ignore"):  # they come again when the run begins
            trainer: Trainer = instantiate(
                cfg.trainer, logger=False, enable_progress_bar=False, _convert_="all"
            )
    except Exception as error:
        cause = error.__cause__ or error
        raise UserError(f"trainer can't be built here: {first_line(cause)}") from error
    if trainer.precision != cfg.trainer.precision:  # Lightning takes another, with a warning
        words = f"trainer.precision={cfg.trainer.precision} is not to be had on this device"
        raise UserError(f"{words}: take {trainer.precision}")
    require_match(trainer)
    check_share(cfg.budget.batch_size, trainer.num_devices * trainer.num_nodes)
    return trainer


def pictures(cfg: DictConfig, selection: Selection) -> SuperResolutionData:
    """The config's training and validation pictures, decoded.

    Raises:
        UserError: a picture is missing or broken, or the patch doesn't fit.
    """
    data, root = Path(cfg.paths.data), Path(cfg.paths.cache)
    train = [open_cache(each, data, cfg.scale, root) for each in selection.train]
    limit = cfg.budget.val_pictures
    val = [open_cache(each, data, cfg.scale, root, limit=limit) for each in selection.val]
    size, batch = cfg.budget.patch_size, cfg.budget.batch_size
    return SuperResolutionData(train, val, cfg.scale, size, batch, cfg.seed, cfg.data_workers)


def fit(
    cfg: DictConfig,
    network: nn.Module,
    data: SuperResolutionData,
    folder: RunFolder,
    loggers: Sequence[Logger],
    agreement: Agreement,
    checkpoint: Path | None,
) -> Fitted:
    """Train to the end of the schedule, as one of the ranks that do.

    A network without parameters is only validated.

    Args:
        cfg: the run's config.
        network: as it starts; afterwards it holds the final weights.
        data: training and validation pictures.
        folder: of the run.
        loggers: that the curve is mirrored to.
        agreement: of all ranks.
        checkpoint: to go on from.

    Raises:
        Diverged: the loss stopped being finite.
        Stopped: a signal asked for it.
    """
    budget = cfg.budget
    lr_pixels = (budget.patch_size // cfg.scale) ** 2 * budget.batch_size
    cost = macs(network)
    # The backward pass costs twice the forward pass.
    curve = Curve(folder, budget.batch_size, 3.0 * cost * lr_pixels)
    mirror = Mirror(curve)
    callbacks = [curve, mirror, ProgressBar(folder.id, curve, budget.max_steps)]
    callbacks.append(Checkpoints(folder.checkpoints, budget.val_every, agreement))
    trainer = _trainer(cfg, callbacks, folder, loggers)
    # Channels last: the processor's convolutions needn't reorder every activation.
    network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # stubs lack it
    task = _task(cfg, network, agreement)
    with warnings.catch_warnings():
        for text in CHATTER:
            warnings.filterwarnings("ignore", f".*{text}.*")
        if any(value.requires_grad for value in network.parameters()):
            with agreement.stop.patient():
                trainer.fit(task, data, ckpt_path=checkpoint, weights_only=True)
            _require_end(trainer, budget.max_steps)
        if not curve.rows or curve.rows[-1]["step"] != trainer.global_step:
            trainer.validate(task, data, verbose=False)
    mirror.send(trainer)
    used = folded(network)
    return Fitted(used, curve, trainer.strategy.root_device, macs(used))


def _require_end(trainer: Trainer, max_steps: int) -> None:
    """Never take a fit that Lightning ended early, without a word, for a whole one."""
    if trainer.global_step < max_steps:
        raise RuntimeError(f"training ended after {trainer.global_step} of {max_steps} steps")


def _trainer(
    cfg: DictConfig, callbacks: list[Callback], folder: RunFolder, loggers: Sequence[Logger]
) -> Trainer:
    if cfg.task.ema.decay is not None:
        # First, so that all others see the averaged weights where it swaps them in.
        callbacks = [Averaging(decay=cfg.task.ema.decay), *callbacks]
    trainer: Trainer = instantiate(
        cfg.trainer,
        callbacks=callbacks,
        logger=list(loggers) or False,
        max_steps=cfg.budget.max_steps,
        max_epochs=-1,  # one endless epoch: the stream has no end
        val_check_interval=cfg.budget.val_every,
        check_val_every_n_epoch=None,
        num_sanity_val_steps=-1,  # the curve's first row: the untrained network
        log_every_n_steps=cfg.budget.val_every,
        enable_progress_bar=False,
        enable_model_summary=False,
        use_distributed_sampler=False,  # the stream shares out its batches itself
        default_root_dir=folder.path,
        _convert_="all",
    )
    # Its handlers end a stopped fit as a whole one, and one rank without the others.
    trainer._signal_connector.register_signal_handlers = lambda: None  # type: ignore[method-assign]
    return trainer


def _task(cfg: DictConfig, network: nn.Module, agreement: Agreement) -> SuperResolution:
    recipe: dict[str, Any] = {
        "loss": instantiate(cfg.task.loss),
        "optimizer": instantiate(cfg.task.optimizer),
        "schedule": instantiate(cfg.task.schedule, _convert_="all"),
        "theta": cfg.task.clip.theta,
        "whole": agreement.loss,
    }
    return SuperResolution(network, cfg.scale, max_steps=cfg.budget.max_steps, **recipe)


def quiet() -> None:
    """Silence what Lightning logs below a warning."""
    for name in ("lightning", "lightning.pytorch", "lightning.fabric"):
        logging.getLogger(name).setLevel(logging.WARNING)
