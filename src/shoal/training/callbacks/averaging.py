"""Averaged weights that are the final ones however a run comes to its end."""

import itertools
from typing import Any

from lightning import LightningModule, Trainer
from lightning.pytorch.callbacks import EMAWeightAveraging


class Averaging(EMAWeightAveraging):
    """An exponential moving average of the weights, taken at each step.

    Lightning puts it in the network's place when training ends. A run that goes on from the
    checkpoint of its last step trains no more, and Lightning passes that hook over.

    Args:
        decay: of what the average was.
    """

    def __init__(self, decay: float) -> None:
        super().__init__(decay=decay)
        self.decay, self.fresh = decay, True

    def on_train_start(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Average where the weights are, which Lightning has moved by now."""
        average = self._average_model
        assert average is not None
        average.module.to(pl_module.device)
        average.n_averaged = average.n_averaged.cpu()
        self.fresh = not average.n_averaged.item()

    def average(self, pl_module: LightningModule) -> None:
        """Take a step's weights in; the first are taken as they are. Nothing waits for a device."""
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
        """Keep count: `average` has been called for each step of the batch."""
        assert self._average_model is not None
        self._latest_update_step = trainer.global_step
        self._average_model.n_averaged.fill_(trainer.global_step)

    def on_fit_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Put the average in the network's place, again where it is already."""
        self.on_train_end(trainer, pl_module)
