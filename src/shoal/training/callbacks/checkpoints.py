"""Checkpoints, saved after each validation and when the run is asked to stop.

A checkpoint's name contains its own checksum. A truncated or changed file is therefore recognised
without unpickling it, and the one before it is used.
"""

import os
from pathlib import Path
from typing import Any

import torch
from lightning import LightningModule, Trainer
from lightning.pytorch.callbacks import Checkpoint

from shoal.errors import UserError, first_line
from shoal.runs.resumed import checkpoint_name, checkpoints
from shoal.system import heartbeat
from shoal.system.files import UNFINISHED, sha256
from shoal.system.signals import Stopped
from shoal.training.agreement import Agreement

KEPT = 2  # checkpoints: the newest, and the one before it in case that is damaged


class Checkpoints(Checkpoint):
    """Saves what resuming needs. Lightning calls it after all other callbacks.

    If a stop is asked for, the run saves and stops after the current step. During a validation it
    stops without saving, since the averaged weights may be swapped in, and will resume from the
    previous checkpoint.

    Args:
        folder: the folder of the checkpoints.
        val_every: steps between validations.
        agreement: the ranks' agreement on stops.
    """

    def __init__(self, folder: Path, val_every: int, agreement: Agreement) -> None:
        self.folder, self.val_every, self.agreement = folder, val_every, agreement

    def on_train_batch_end(
        self, trainer: Trainer, pl_module: LightningModule, outputs: Any, batch: Any, batch_idx: int
    ) -> None:
        """Save and stop if asked, unless a validation is due, which comes first."""
        asked = self.agreement.asked
        if asked is not None and trainer.global_step % self.val_every:
            self.save(trainer)
            raise Stopped(asked)

    def on_validation_batch_end(self, trainer: Trainer, *_: Any, **__: Any) -> None:
        """Stop without saving, if asked."""
        self.agreement.meet()
        if (asked := self.agreement.asked) is not None:
            raise Stopped(asked)

    def on_validation_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Save; the validation's row is in the curve by now."""
        if not trainer.sanity_checking and trainer.state.fn == "fit":
            self.save(trainer)

    def save(self, trainer: Trainer) -> None:
        """Write a checkpoint that appears whole or not at all, and delete old ones."""
        beside = self.folder / UNFINISHED
        try:
            trainer.save_checkpoint(beside)  # all ranks must call it; the first one writes
            if not self.agreement.ranks.first:
                return
            with beside.open("rb") as file:
                os.fsync(file.fileno())
            name = checkpoint_name(trainer.global_step, sha256(beside))
            heartbeat.confirm()
            beside.replace(self.folder / name)
        finally:
            if self.agreement.ranks.first:
                beside.unlink(missing_ok=True)  # to free space if the disk was full
        for old in checkpoints(self.folder)[KEPT:]:
            old.unlink()


def require_readable(checkpoint: Path) -> None:
    """Refuse a file that has a checkpoint's name and checksum but is none.

    Only tensors and plain values are read, since a name doesn't prove who wrote the file.

    Raises:
        UserError: it can't be read or lacks parts; the message has the remedy.
    """
    try:
        found = torch.load(checkpoint, map_location="cpu", weights_only=True, mmap=True)
        whole = {"state_dict", "optimizer_states", "loops", "global_step"} <= found.keys()
        why = "" if whole else "it lacks parts"
    except Exception as error:  # a strange file may make the reader raise anything
        why = first_line(error)
    if why:
        raise UserError(f"{checkpoint} is no checkpoint ({why}): delete it, or force=true")
