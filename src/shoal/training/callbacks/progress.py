"""A run's progress: a line per validation, and on a terminal a bar below them."""

import os
import sys
from typing import Any

from lightning import Callback, LightningModule, Trainer
from rich.progress import Progress, TaskID, TextColumn

from shoal.system.progress import step_bar
from shoal.system.tee import on_top
from shoal.system.variables import RUN_NUMBER
from shoal.training.callbacks.curve import Curve


class ProgressBar(Callback):
    """Shows steps, loss and the last validation's PSNR.

    Args:
        title: the run's name.
        curve: the curve that has the scores.
        max_steps: length of the run.
    """

    def __init__(self, title: str, curve: Curve, max_steps: int) -> None:
        number = os.environ.get(RUN_NUMBER)  # a grid sets it
        self.title = f"[{number}] {title}" if number else title
        self.curve, self.max_steps = curve, max_steps
        self.bar: Progress | None = None
        self.line: TaskID | None = None

    def on_train_start(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Draw the bar, if stderr is a terminal."""
        if not (trainer.is_global_zero and sys.stderr.isatty()):
            return
        self.bar = step_bar(TextColumn("{task.fields[facts]}"))
        done = trainer.global_step
        self.line = self.bar.add_task(
            self.title, total=self.max_steps, completed=done, facts=self._facts(None)
        )
        self.bar.start()
        on_top()

    def on_train_batch_end(
        self, trainer: Trainer, pl_module: LightningModule, outputs: Any, batch: Any, batch_idx: int
    ) -> None:
        """Move the bar."""
        if self.bar is not None:
            self._move(trainer.global_step, self.curve.tally.last)

    def on_validation_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Print the scores."""
        if trainer.is_global_zero and self.curve.rows:
            steps = f"step {self.curve.rows[-1]['step']}/{self.max_steps}"
            print(f"{self.title}  {steps}  {self._facts(None)}", flush=True)
            self._move(trainer.global_step, None)

    def _move(self, step: int, loss: float | None) -> None:
        if self.bar is not None and self.line is not None:
            self.bar.update(self.line, completed=step, facts=self._facts(loss))

    def _facts(self, loss: float | None) -> str:
        row = self.curve.rows[-1] if self.curve.rows else {}
        loss = row.get("train/loss") if loss is None else loss
        facts = [] if loss is None else [f"loss {loss:.1e}"]
        if "val/psnr" in row:
            facts.append(f"val/psnr {row['val/psnr']:.2f}")
        return "  ".join(facts)

    def on_train_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Remove the bar."""
        self._close()

    def on_exception(
        self, trainer: Trainer, pl_module: LightningModule, exception: BaseException
    ) -> None:
        """Remove the bar."""
        self._close()

    def _close(self) -> None:
        if self.bar is not None:
            self.bar.stop()
            self.bar = None
