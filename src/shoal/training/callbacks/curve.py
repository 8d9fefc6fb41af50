"""The curve: one row per validation, kept in checkpoints so that resuming leaves no trace in it."""

import time
from typing import Any

from lightning import Callback, LightningModule, Trainer

from shoal.runs.folder import RunFolder
from shoal.runs.tables import CURVE
from shoal.training.module import SuperResolution
from shoal.training.tally import Tally


class Curve(Callback):
    """Writes `curve.csv`, whose rows loggers, reports and the progress bar show.

    Args:
        folder: the run's folder.
        batch_size: patches per step.
        macs_per_step: multiply-adds of a training step, forward and backward.
        tally: the losses since the last row.

    Attributes:
        rows: one per validation.
        seconds: of training without validation, over all attempts at the run.
        since: when the clock was started; None while it stands.
    """

    def __init__(
        self, folder: RunFolder, batch_size: int, macs_per_step: float, tally: Tally
    ) -> None:
        self.folder, self.batch_size, self.macs_per_step = folder, batch_size, macs_per_step
        self.tally = tally
        self.rows: list[dict[str, float]] = []
        self.seconds = 0.0
        self.since: float | None = None

    def on_train_batch_start(
        self, trainer: Trainer, pl_module: LightningModule, batch: Any, batch_idx: int
    ) -> None:
        """Start the clock, unless it is running since an earlier step."""
        if self.since is None:
            self.since = time.monotonic()

    def on_validation_start(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Wait for the last step and stop the clock, since validation isn't training."""
        self.tally.read()
        self._stop_clock()

    def on_validation_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Add a row; Lightning's sanity check before training gives that of step 0."""
        step = trainer.global_step
        if self.rows and self.rows[-1]["step"] == step:
            return
        assert isinstance(pl_module, SuperResolution)
        row: dict[str, float] = {
            "step": step,
            "seconds": round(self.seconds, 3),
            "patches": step * self.batch_size,
            "macs": step * self.macs_per_step,
            "lr": trainer.optimizers[0].param_groups[0]["lr"] if trainer.optimizers else 0.0,
        }
        if self.tally.count:
            row["train/loss"] = self.tally.total / self.tally.count
        self.tally.begin(step)
        self.rows.append(row | pl_module.scores)
        self.write()

    def write(self) -> None:
        """Write `curve.csv`."""
        self.folder.write_rows("curve.csv", CURVE, self.rows)

    def _stop_clock(self) -> None:
        if self.since is not None:
            self.seconds += time.monotonic() - self.since
            self.since = None

    def state_dict(self) -> dict[str, Any]:
        """Return plain values, so that checkpoints contain no pickled classes."""
        self.tally.read()
        running = 0.0 if self.since is None else time.monotonic() - self.since
        return {
            "rows": [dict(row) for row in self.rows],
            "seconds": self.seconds + running,
            "loss_sum": self.tally.total,
            "loss_count": self.tally.count,
        }

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Go back to a checkpoint, and remove later rows from the file."""
        self.rows, self.seconds = state_dict["rows"], state_dict["seconds"]
        begun = int(self.rows[-1]["step"]) if self.rows else 0
        self.tally.begin(begun, state_dict["loss_sum"], state_dict["loss_count"])
        self.write()
