"""Checkpoints: at validation boundaries, and when the run is asked to stop.

A checkpoint's name holds its own checksum, so a file cut short or changed is known without reading
it by any unpickler, and the one before it is taken.
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

KEPT = 2


class Checkpoints(Checkpoint):
    """Saves what resuming needs. Lightning calls it after all other callbacks.

    A stop is obeyed after the current step and saved. Inside a validation nothing is saved (the
    averaged weights may be swapped in): the run goes back to the checkpoint before.

    Args:
        folder: of the checkpoints.
        val_every: steps between validations.
        agreement: of all ranks, on whether to stop.
    """

    def __init__(self, folder: Path, val_every: int, agreement: Agreement) -> None:
        self.folder, self.val_every, self.agreement = folder, val_every, agreement

    def on_train_batch_end(
        self, trainer: Trainer, pl_module: LightningModule, outputs: Any, batch: Any, batch_idx: int
    ) -> None:
        """Save and stop, if asked; where a validation is due it comes first."""
        asked = self.agreement.asked
        if asked is not None and trainer.global_step % self.val_every:
            self.save(trainer)
            raise Stopped(asked)

    def on_validation_batch_end(self, trainer: Trainer, *_: Any, **__: Any) -> None:
        """Stop, if asked, and save nothing."""
        self.agreement.meet()
        if (asked := self.agreement.asked) is not None:
            raise Stopped(asked)

    def on_validation_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Save: the validation's row is in the curve by now."""
        if not trainer.sanity_checking and trainer.state.fn == "fit":
            self.save(trainer)

    def save(self, trainer: Trainer) -> None:
        """Write a checkpoint that appears whole or not at all, and drop old ones."""
        beside = self.folder / UNFINISHED
        try:
            trainer.save_checkpoint(beside)  # which the first rank writes, when all have come
            if not self.agreement.ranks.first:
                return
            with beside.open("rb") as file:
                os.fsync(file.fileno())
            name = checkpoint_name(trainer.global_step, sha256(beside))
            heartbeat.confirm()
            beside.replace(self.folder / name)
        finally:
            if self.agreement.ranks.first:
                beside.unlink(missing_ok=True)  # a full disk needs the room
        for old in checkpoints(self.folder)[KEPT:]:
            old.unlink()


def require_readable(checkpoint: Path) -> None:
    """Refuse what has a checkpoint's name and checksum, and is none.

    Only tensors and plain values are read: a file's name is no proof of who has written it.

    Raises:
        UserError: with the remedy.
    """
    try:
        found = torch.load(checkpoint, map_location="cpu", weights_only=True, mmap=True)
        whole = {"state_dict", "optimizer_states", "loops", "global_step"} <= found.keys()
        why = "" if whole else "it lacks parts"
    except Exception as error:  # whatever the reader meets in what isn't its own
        why = first_line(error)
    if why:
        raise UserError(f"{checkpoint} is no checkpoint ({why}): delete it, or force=true")
