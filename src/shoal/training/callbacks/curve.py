"""The curve: a row per validation, kept in checkpoints so that a resumed run's has no seam."""

import time
from typing import Any

from lightning import Callback, LightningModule, Trainer

from shoal.runs.folder import RunFolder
from shoal.runs.tables import CURVE
from shoal.training.module import SuperResolution
from shoal.training.tally import Tally


class Curve(Callback):
    """Writes `curve.csv`; its rows are what loggers, reports and the progress bar show.

    Args:
        folder: of the run.
        batch_size: patches of a step.
        macs_per_step: multiply-adds of a training step, forward and backward.
        tally: of the losses since the last row.
    """

    def __init__(
        self, folder: RunFolder, batch_size: int, macs_per_step: float, tally: Tally
    ) -> None:
        self.folder, self.batch_size, self.macs_per_step = folder, batch_size, macs_per_step
        self.tally = tally
        self.rows: list[dict[str, float]] = []
        self.seconds = 0.0  # of training, validation excluded, over all parts of the run
        self.since: float | None = None

    def on_train_batch_start(
        self, trainer: Trainer, pl_module: LightningModule, batch: Any, batch_idx: int
    ) -> None:
        """Start the clock after the start, a validation or a resume."""
        if self.since is None:
            self.since = time.monotonic()

    def on_validation_start(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Stop the clock when the last step has ended: validation isn't training."""
        self.tally.read()
        self._stop_clock()

    def on_validation_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Add a row, also that of step 0 from Lightning's check before the start."""
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
        """Write the file from the rows."""
        self.folder.write_rows("curve.csv", CURVE, self.rows)

    def _stop_clock(self) -> None:
        if self.since is not None:
            self.seconds += time.monotonic() - self.since
            self.since = None

    def state_dict(self) -> dict[str, Any]:
        """Plain values, so that a checkpoint needs no pickled classes."""
        self.tally.read()
        running = 0.0 if self.since is None else time.monotonic() - self.since
        return {
            "rows": [dict(row) for row in self.rows],
            "seconds": self.seconds + running,
            "loss_sum": self.tally.total,
            "loss_count": self.tally.count,
        }

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Go back to a checkpoint; rows that were written after it are taken out of the file."""
        self.rows, self.seconds = state_dict["rows"], state_dict["seconds"]
        begun = int(self.rows[-1]["step"]) if self.rows else 0
        self.tally.begin(begun, state_dict["loss_sum"], state_dict["loss_count"])
        self.write()
