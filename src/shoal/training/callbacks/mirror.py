"""Sends rows of the curve to loggers once they are saved in a checkpoint."""

from typing import Any

from lightning import Callback, LightningModule, Trainer

from shoal.training.callbacks.curve import Curve


class Mirror(Callback):
    """Sends each row of the curve before the next step.

    By then a checkpoint holds the row. A run that resumes from an earlier state therefore never
    sends a second, different row of the same step.

    Args:
        curve: the curve whose rows are sent.
    """

    def __init__(self, curve: Curve) -> None:
        self.curve = curve
        self.sent = 0

    def on_train_batch_start(
        self, trainer: Trainer, pl_module: LightningModule, batch: Any, batch_idx: int
    ) -> None:
        """Send the row that the last validation has added."""
        self.send(trainer)

    def send(self, trainer: Trainer) -> None:
        """Send the rows that loggers don't have yet."""
        for row in self.curve.rows[self.sent :]:
            if row["patches"] and row["seconds"]:
                row = row | {"patches_per_second": row["patches"] / row["seconds"]}
            for logger in trainer.loggers:
                logger.log_metrics(row, int(row["step"]))
        self.sent = len(self.curve.rows)

    def state_dict(self) -> dict[str, Any]:
        """Return how many rows have been sent."""
        return {"sent": self.sent}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Continue after the rows sent by then; the checkpoint's own row is sent again."""
        self.sent = state_dict["sent"]
