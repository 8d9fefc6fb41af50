"""Training a network on one rank: builds module, callbacks and trainer, and calls `fit`."""

import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from hydra.utils import instantiate
from lightning import Callback, Trainer
from lightning.pytorch.loggers import Logger
from torch import nn

from shoal.errors import UserError
from shoal.models.profile import macs
from shoal.models.reparam import folded
from shoal.runs.kind import Kind
from shoal.runs.run import Run
from shoal.runs.trainer import lightnings
from shoal.training.agreement import Agreement
from shoal.training.callbacks.averaging import Averaging
from shoal.training.callbacks.checkpoints import Checkpoints
from shoal.training.callbacks.curve import Curve
from shoal.training.callbacks.mirror import Mirror
from shoal.training.callbacks.progress import ProgressBar
from shoal.training.complaints import callbacks_named, memory_named, without_chatter
from shoal.training.filling import left_unfilled
from shoal.training.ingredients import Ingredients
from shoal.training.module import SuperResolution
from shoal.training.tally import Tally


@dataclass
class Fitted:
    """A trained network, and what the record says of its training.

    Attributes:
        network: in the form in which it is used: reparametrised, on the device.
        curve: its rows.
        device: the device that it was trained on and is scored on.
        macs: multiply-adds per LR pixel.
        ended: when the last validation ended, on the clock of `time.monotonic`.
    """

    network: nn.Module
    curve: Curve
    device: torch.device
    macs: int
    ended: float


def fit(
    run: Run,
    made_of: Ingredients,
    loggers: Sequence[Logger],
    agreement: Agreement,
    checkpoint: Path | None,
    more: Sequence[Callback] = (),
) -> Fitted:
    """Train to the end of the schedule; a network that learns nothing is only validated.

    Args:
        run: the run; its curve is written.
        made_of: the network, which will hold the final weights, pictures, recipe and callbacks.
        loggers: they get the rows of the curve.
        agreement: the ranks' agreement on losses and stops.
        checkpoint: the checkpoint to resume from; None starts from the beginning.
        more: further callbacks of the caller.

    Raises:
        Diverged: the loss stopped being finite.
        Stopped: a signal asked for a stop.
        UserError: memory ran out, a callback doesn't work in this run, or one ended it early.
    """
    config, budget, network = run.config, run.config.budget, made_of.network
    # Channels last spares the CPU's convolutions from reordering every activation.
    network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # stubs lack it
    tally = Tally()
    module = _module(run, made_of, agreement, tally)
    curve = _curve(run, network, tally)
    mirror = Mirror(curve)
    bar = ProgressBar(run.folder.id, curve, budget.max_steps)
    checkpoints = Checkpoints(run.folder.checkpoints, budget.val_every, agreement)
    callbacks = [curve, mirror, bar, *more, checkpoints, *made_of.callbacks]
    size = f"budget.batch_size={budget.batch_size} of {budget.patch_size} x {budget.patch_size}"
    full = memory_named(size, "take less, or smaller validation pictures")
    unfilled = left_unfilled(not run.content.code)  # the user's code may read unwritten memory
    with without_chatter(), callbacks_named(config.callbacks), full, unfilled:
        trainer = _trainer(run, callbacks, loggers)
        if config.kind is Kind.TRAINED:
            with agreement.stop.patient():
                trainer.fit(module, made_of.data, ckpt_path=checkpoint, weights_only=True)
            _require_end(trainer, budget.max_steps, config.callbacks)
        if not curve.rows or curve.rows[-1]["step"] != trainer.global_step:
            trainer.validate(module, made_of.data, verbose=False)
    mirror.send(trainer)
    ended = time.monotonic()
    device = trainer.strategy.root_device
    used = folded(network).to(device)  # Lightning moves the network off its device after a fit
    return Fitted(used, curve, device, macs(used), ended)


def _curve(run: Run, network: nn.Module, tally: Tally) -> Curve:
    budget = run.config.budget
    lr_pixels = (budget.patch_size // run.config.scale) ** 2 * budget.batch_size
    # The backward pass costs twice the forward pass.
    return Curve(run.folder, budget.batch_size, 3.0 * macs(network) * lr_pixels, tally)


def _module(run: Run, made_of: Ingredients, agreement: Agreement, tally: Tally) -> SuperResolution:
    recipe = made_of.recipe
    return SuperResolution(
        made_of.network,
        run.config.scale,
        loss=recipe.loss,
        optimizer=recipe.optimizer,
        schedule=recipe.schedule,
        max_steps=run.config.budget.max_steps,
        theta=run.config.task.clip.theta,
        agreement=agreement,
        tally=tally,
        seed=run.config.patch_seed,
        graph=run.config.graph,
        clip_by=run.config.task.clip.by,
    )


def _trainer(run: Run, callbacks: list[Callback], loggers: Sequence[Logger]) -> Trainer:
    budget, decay = run.config.budget, run.config.task.ema.decay
    if decay is not None:
        # First, so that all other callbacks see the averaged weights while they are swapped in.
        callbacks = [Averaging(decay=decay), *callbacks]
    trainer: Trainer = instantiate(
        lightnings(run.config.trainer),
        callbacks=callbacks,
        logger=list(loggers) or False,
        max_steps=budget.max_steps,
        max_epochs=-1,  # one endless epoch: the patch stream has no end
        val_check_interval=budget.val_every,
        check_val_every_n_epoch=None,
        num_sanity_val_steps=-1,  # makes the curve's first row, that of the untrained network
        log_every_n_steps=budget.val_every,
        enable_progress_bar=False,
        enable_model_summary=False,
        use_distributed_sampler=False,  # the patch stream divides its batches among ranks itself
        default_root_dir=run.folder.path,
        **(run.config.debug.trainer if run.config.debug else {}),
        _convert_="all",
    )
    # Lightning's own handlers would end a stopped fit as if it were complete, and one rank without
    # the others.
    trainer._signal_connector.register_signal_handlers = lambda: None  # type: ignore[method-assign]
    return trainer


def _require_end(trainer: Trainer, max_steps: int, callbacks: Collection[str]) -> None:
    """Refuse to take a fit that a callback ended early for a complete one."""
    if trainer.global_step < max_steps:
        words = f"training ended after {trainer.global_step} of {max_steps} steps"
        if callbacks:
            named = " or ".join(f"callbacks.{name}" for name in callbacks)
            raise UserError(f"{words}, by {named}: a run is as long as budget.max_steps says")
        raise RuntimeError(words)
