"""Fitting a network: module, callbacks and trainer, made in sight; as one of the ranks that do."""

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
    """What fitting leaves behind for the record."""

    network: nn.Module  # as it is used: reparametrised, on the device
    curve: Curve
    device: torch.device  # that it was fitted on, and is scored on
    macs: int  # per LR pixel
    ended: float  # when the last validation had been, by the clock of `time.monotonic`


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
        run: whose curve is written.
        made_of: its network, which afterwards holds the final weights, and pictures.
        loggers: that the curve is mirrored to.
        agreement: of all ranks.
        checkpoint: to go on from.
        more: callbacks of whoever makes the run.

    Raises:
        Diverged: the loss stopped being finite.
        Stopped: a signal asked for it.
    """
    config, budget, network = run.config, run.config.budget, made_of.network
    # Channels last: the processor's convolutions needn't reorder every activation.
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
    unfilled = left_unfilled(not run.content.code)  # the user's own may read what it hasn't written
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
    used = folded(network).to(device)  # which Lightning has left by now
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
        # First, so that all others see the averaged weights where it swaps them in.
        callbacks = [Averaging(decay=decay), *callbacks]
    trainer: Trainer = instantiate(
        lightnings(run.config.trainer),
        callbacks=callbacks,
        logger=list(loggers) or False,
        max_steps=budget.max_steps,
        max_epochs=-1,  # one endless epoch: the stream has no end
        val_check_interval=budget.val_every,
        check_val_every_n_epoch=None,
        num_sanity_val_steps=-1,  # the curve's first row: the untrained network
        log_every_n_steps=budget.val_every,
        enable_progress_bar=False,
        enable_model_summary=False,
        use_distributed_sampler=False,  # the stream shares out its batches itself
        default_root_dir=run.folder.path,
        **(run.config.debug.trainer if run.config.debug else {}),
        _convert_="all",
    )
    # Its handlers end a stopped fit as a whole one, and one rank without the others.
    trainer._signal_connector.register_signal_handlers = lambda: None  # type: ignore[method-assign]
    return trainer


def _require_end(trainer: Trainer, max_steps: int, callbacks: Collection[str]) -> None:
    """Never take a fit that ended early, without a word, for a whole one."""
    if trainer.global_step < max_steps:
        words = f"training ended after {trainer.global_step} of {max_steps} steps"
        if callbacks:
            named = " or ".join(f"callbacks.{name}" for name in callbacks)
            raise UserError(f"{words}, by {named}: a run is as long as budget.max_steps says")
        raise RuntimeError(words)
