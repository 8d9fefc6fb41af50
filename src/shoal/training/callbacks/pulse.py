"""Updates a run's status every few seconds while it works."""

import contextlib
import threading
from types import TracebackType
from typing import Any

from lightning import Callback, LightningModule, Trainer

from shoal.runs.folder import RunFolder

BEAT = 5.0  # seconds between updates


class Pulse(Callback):
    """A context that keeps the status up to date in steps, validations and scoring alike.

    Args:
        folder: the run's folder.
        step: the step at which training begins.
    """

    def __init__(self, folder: RunFolder, step: int) -> None:
        self.folder, self.step = folder, step
        self.over = threading.Event()
        self.thread = threading.Thread(target=self._beat, daemon=True)

    def on_train_batch_end(
        self, trainer: Trainer, pl_module: LightningModule, outputs: Any, batch: Any, batch_idx: int
    ) -> None:
        """Note the step, which the next update writes."""
        self.step = trainer.global_step

    def __enter__(self) -> "Pulse":
        self.thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.over.set()
        self.thread.join()

    def _beat(self) -> None:
        while not self.over.wait(BEAT):
            with contextlib.suppress(OSError):  # if the disk is full, the next update may succeed
                self.folder.beat(self.step)
