"""Averaged weights that are the final ones however a run comes to its end."""

from lightning import LightningModule, Trainer
from lightning.pytorch.callbacks import EMAWeightAveraging


class Averaging(EMAWeightAveraging):
    """An exponential moving average of the weights.

    Lightning puts it in the network's place when training ends. A run that goes on from the
    checkpoint of its last step trains no more, and Lightning passes that hook over.
    """

    def on_fit_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Put the average in the network's place, again where it is already."""
        self.on_train_end(trainer, pl_module)
