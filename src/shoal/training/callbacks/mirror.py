"""Rows of the curve to loggers, once the checkpoint that holds them stands."""

from typing import Any

from lightning import Callback, LightningModule, Trainer

from shoal.training.callbacks.curve import Curve


class Mirror(Callback):
    """Sends each row before the next step: a run that goes back never sends a row's rival.

    Args:
        curve: whose rows are sent.
    """

    def __init__(self, curve: Curve) -> None:
        self.curve = curve
        self.sent = 0

    def on_train_batch_start(
        self, trainer: Trainer, pl_module: LightningModule, batch: Any, batch_idx: int
    ) -> None:
        """Send what the last validation added."""
        self.send(trainer)

    def send(self, trainer: Trainer) -> None:
        """Send the rows that loggers haven't had yet."""
        for row in self.curve.rows[self.sent :]:
            if row["patches"] and row["seconds"]:
                row = row | {"patches_per_second": row["patches"] / row["seconds"]}
            for logger in trainer.loggers:
                logger.log_metrics(row, int(row["step"]))
        self.sent = len(self.curve.rows)

    def state_dict(self) -> dict[str, Any]:
        """How many rows have been sent."""
        return {"sent": self.sent}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Go on after the last row sent; the row of the checkpoint itself is sent again."""
        self.sent = state_dict["sent"]
