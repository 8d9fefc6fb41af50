"""One optimiser step: forward, backward, clip, update, average, then schedule and count."""

from collections.abc import Callable
from contextlib import nullcontext
from typing import TYPE_CHECKING

import torch
from lightning import Trainer
from lightning.pytorch.plugins.precision import MixedPrecision, Precision
from lightning.pytorch.strategies import SingleDeviceStrategy
from torch import Tensor
from torch.optim.lr_scheduler import LRScheduler

from shoal.training.callbacks.averaging import Averaging
from shoal.training.counting import count_step
from shoal.training.graph import (
    Compute,
    Graphed,
    looking_within,
    recorder_on,
    say_why,
    why_no_graph,
)
from shoal.training.randomness import Randomness
from shoal.training.rates import Rates, stays_on_device, suit

if TYPE_CHECKING:
    from shoal.training.module import SuperResolution


class Step:
    """Makes a task's steps with Lightning's strategy and precision, as a CUDA graph if possible.

    It is built when training has begun and serves until training ends.

    Args:
        task: the module that is trained.
    """

    def __init__(self, task: "SuperResolution") -> None:
        self.task, self.trainer = task, task.trainer
        (self.optimizer,) = self.trainer.optimizers
        schedule = self.trainer.lr_scheduler_configs[0].scheduler
        assert isinstance(schedule, LRScheduler)
        self.schedule = schedule
        callbacks = self.trainer.callbacks  # type: ignore[attr-defined]  # Lightning's gap
        self.averages = [each for each in callbacks if isinstance(each, Averaging)]
        self.looking = looking_within(self.trainer)
        self.direct = not self.looking and plain(self.trainer)
        self.randomness = Randomness(task.seed, task.agreement.ranks.rank, task.device)
        self.rates: Rates | None = None
        if stays_on_device(self.optimizer):
            suit(self.optimizer, task.device)
        if task.device.type == "cuda":
            if stays_on_device(self.optimizer):
                self.rates = Rates(self.optimizer, task.device)
            task.objective.progress = torch.zeros((), device=task.device)
        self.compute = self._chosen()

    def _chosen(self) -> Compute:
        """Choose how to compute a step: as a graph, or kernel by kernel."""
        recorder = recorder_on(self.task.device) if self.task.graph else None
        if recorder is None:
            return self._compute
        why = why_no_graph(self.trainer, self.optimizer)
        if why is None:
            return Graphed(self._compute, self.optimizer.zero_grad, recorder)
        if self.trainer.is_global_zero:
            say_why(why)
        return self._compute

    def __call__(self, lr: Tensor, hr: Tensor) -> Tensor:
        """Make a step on a batch, `(N, C, h, w)` and `(N, C, H, W)`; returns its loss."""
        self.randomness.begin(self.trainer.global_step)
        if self.rates is not None:
            self.rates.tell()
        if self.task.objective.supervised is not None:
            self._tell_progress()
        loss = self.compute(lr, hr)
        self.schedule.step()
        count_step(self.trainer)
        return loss

    def end(self) -> None:
        """Release the graph and its memory, which scoring may need.

        Graph and step refer to each other, so the memory would stay until Python's garbage
        collector runs.
        """
        self.compute = self._compute

    def _tell_progress(self) -> None:
        objective = self.task.objective
        progress = self.trainer.global_step / self.task.max_steps
        if isinstance(objective.progress, Tensor):
            objective.progress.fill_(progress)
        else:
            objective.progress = progress

    def _compute(self, lr: Tensor, hr: Tensor) -> Tensor:
        """Do the part that a graph can capture: it changes no Python state that a step reads."""
        losses: list[Tensor] = []

        def closure() -> Tensor:
            with self.trainer.precision_plugin.forward_context():
                loss = self.task.whole_loss(lr, hr)
            torch.clear_autocast_cache()  # it holds casts of weights that this step changes
            for callback in self.looking:
                callback.on_before_zero_grad(self.trainer, self.task, self.optimizer)
            self.optimizer.zero_grad()
            self._backward(loss)
            losses.append(loss.detach())
            return loss

        with nullcontext() if self.rates is None else self.rates.used():
            self._update(closure)
        for each in self.averages:
            each.average(self.task)
        self.task.tally.add(losses[0])
        return losses[0]

    def _backward(self, loss: Tensor) -> None:
        if self.direct:
            loss.backward()  # type: ignore[no-untyped-call]  # PyTorch's own gap
            self.task.on_before_optimizer_step(self.optimizer)
        else:
            self.task.manual_backward(loss)

    def _update(self, closure: Callable[[], Tensor]) -> None:
        if self.direct:
            self.optimizer.step(closure)  # type: ignore[arg-type]  # it takes tensors too
        else:
            self.trainer.strategy.optimizer_step(self.optimizer, closure)


def plain(trainer: Trainer) -> bool:
    """Whether Lightning only calls hooks in a step: skipping them saves a quarter millisecond."""
    precision = trainer.precision_plugin
    usual = type(precision) in (Precision, MixedPrecision)
    scales = getattr(precision, "scaler", None) is not None
    return usual and not scales and isinstance(trainer.strategy, SingleDeviceStrategy)
