"""A run's status while it works: how far it is, every few seconds."""

import contextlib
import threading
from types import TracebackType
from typing import Any

from lightning import Callback, LightningModule, Trainer

from shoal.runs.folder import RunFolder

BEAT = 5.0  # seconds


class Pulse(Callback):
    """A context in which the status moves, whatever takes long: steps, a validation, the scores.

    Args:
        folder: of the run.
        step: that it begins with.
    """

    def __init__(self, folder: RunFolder, step: int) -> None:
        self.folder, self.step = folder, step
        self.over = threading.Event()
        self.thread = threading.Thread(target=self._beat, daemon=True)

    def on_train_batch_end(
        self, trainer: Trainer, pl_module: LightningModule, outputs: Any, batch: Any, batch_idx: int
    ) -> None:
        """Note the step, which the next beat writes."""
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
            with contextlib.suppress(OSError):  # the next beat may find room on the disk
                self.folder.beat(self.step)
