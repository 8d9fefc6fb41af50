"""Averaged weights, which become the final ones however a run reaches its end."""

import itertools
from typing import Any

from lightning import LightningModule, Trainer
from lightning.pytorch.callbacks import EMAWeightAveraging


class Averaging(EMAWeightAveraging):
    """An exponential moving average of the weights, updated at each step.

    Lightning puts the average into the network when training ends. It skips that hook for a run
    that resumes from the checkpoint of its last step, so `on_fit_end` does the same.

    Args:
        decay: the weight that the old average keeps at each step, in [0, 1).

    Attributes:
        fresh: whether the average has seen no step yet.
    """

    def __init__(self, decay: float) -> None:
        super().__init__(decay=decay)
        self.decay, self.fresh = decay, True

    def on_train_start(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Move the average to the device of the weights, to which Lightning has moved them."""
        average = self._average_model
        assert average is not None
        average.module.to(pl_module.device)
        average.n_averaged = average.n_averaged.cpu()
        self.fresh = not average.n_averaged.item()

    def average(self, pl_module: LightningModule) -> None:
        """Update the average by a step's weights, without waiting for the device."""
        average = self._average_model
        assert average is not None
        means = itertools.chain(average.module.parameters(), average.module.buffers())
        values = itertools.chain(pl_module.parameters(), pl_module.buffers())
        for mean, value in zip(means, values, strict=True):
            mean, value = mean.detach(), value.detach()
            mean.copy_(value if self.fresh else self.decay * mean + (1 - self.decay) * value)
        self.fresh = False

    def on_train_batch_end(
        self, trainer: Trainer, pl_module: LightningModule, outputs: Any, batch: Any, batch_idx: int
    ) -> None:
        """Set Lightning's counts, since `average` has been called for each step of the batch."""
        assert self._average_model is not None
        self._latest_update_step = trainer.global_step
        self._average_model.n_averaged.fill_(trainer.global_step)

    def on_fit_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Put the average into the network; doing so twice changes nothing."""
        self.on_train_end(trainer, pl_module)
