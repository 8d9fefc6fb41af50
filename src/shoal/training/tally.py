"""The losses of a run, kept on the device so that no step has to wait for a number."""

import math
import time

import torch
from torch import Tensor

from shoal.errors import FAILED

PATIENCE = 2.0  # seconds between reads from a device, each of which waits for its queued steps


class Diverged(Exception):
    """The loss stopped being a finite number.

    Args:
        step: the number of optimiser steps before it.
    """

    exit_code = FAILED
    advice = "; kept as diverged (force=true repeats it)"

    def __init__(self, step: int) -> None:
        super().__init__(step)  # pickling rebuilds an exception from these arguments alone
        self.step = step

    def __str__(self) -> str:
        return f"the loss is not finite after {self.step} steps"


class Tally:
    """Sums and counts the losses since the last validation.

    A sum that is not finite stays so. The number of steps with a finite sum therefore tells which
    loss was the first that wasn't finite, whenever it is read.

    Attributes:
        total: the sum, as last read.
        count: the number of losses, as last read.
        last: the latest loss, as last read; None before the first read.
    """

    def __init__(self) -> None:
        self.total, self.count, self.last = 0.0, 0, None  # type: tuple[float, int, float | None]
        self.begun = 0  # the step at which the sum begins
        self.read_at = -math.inf
        self._keep(torch.device("cpu"))

    def _keep(self, device: torch.device) -> None:
        values = [self.total, float(self.count), math.nan]
        self._values = torch.tensor(values, dtype=torch.float64, device=device)
        self._sum, self._finite, self._last = self._values.unbind()

    def move(self, device: torch.device) -> None:
        """Keep the sums on the device that computes the losses."""
        # Devices other than CPUs and CUDA may lack float64: their losses are moved to the CPU.
        self._keep(device if device.type == "cuda" else torch.device("cpu"))

    def begin(self, step: int, total: float = 0.0, count: int = 0) -> None:
        """Start anew at a step, from zero or from the sums that a checkpoint has kept."""
        self.begun, self.total, self.count = step, total, count
        # In place, since a captured step adds to this memory.
        self._values.copy_(torch.tensor([total, float(count), math.nan], dtype=torch.float64))

    def add(self, loss: Tensor) -> None:
        """Add a step's loss, a scalar, without waiting for the device."""
        loss = loss.detach().to(self._values.device)
        self._sum.add_(loss)
        self._finite.add_(self._sum.isfinite())
        self._last.copy_(loss)

    @property
    def due(self) -> bool:
        """Whether to read now: always if that is free, else every few seconds."""
        return not self._values.is_cuda or time.monotonic() - self.read_at > PATIENCE

    def read(self) -> None:
        """Wait for all steps under way, and update `total`, `count` and `last`.

        Raises:
            Diverged: one was not finite.
        """
        total, finite, last = self._values.tolist()
        if not math.isfinite(total):
            raise Diverged(self.begun + int(finite))
        self.total, self.count, self.read_at = total, int(finite), time.monotonic()
        if not math.isnan(last):
            self.last = last
