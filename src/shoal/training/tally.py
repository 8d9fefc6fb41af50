"""The losses of a run, kept where they are computed: no step waits for a number."""

import math
import time

import torch
from torch import Tensor

from shoal.errors import FAILED

PATIENCE = 2.0  # seconds between looks at a device that works on by itself


class Diverged(Exception):
    """The loss stopped being a finite number.

    Args:
        step: the optimiser steps taken before.
    """

    exit_code = FAILED
    advice = "; kept as diverged (force=true repeats it)"

    def __init__(self, step: int) -> None:
        super().__init__(step)  # from which alone another process can make it again
        self.step = step

    def __str__(self) -> str:
        return f"the loss is not finite after {self.step} steps"


class Tally:
    """The losses since the last validation: their sum, and how many there were.

    A sum that is not finite never is again, so the steps at which it still was name the first loss
    that wasn't finite, whenever somebody looks.

    Attributes:
        total: the sum, when it was last read.
        count: of the losses, when they were last read.
        last: of the losses; None before the first is read.
    """

    def __init__(self) -> None:
        self.total, self.count, self.last = 0.0, 0, None  # type: tuple[float, int, float | None]
        self.begun = 0  # the step that it begins at
        self.read_at = -math.inf
        self._keep(torch.device("cpu"))

    def _keep(self, device: torch.device) -> None:
        values = [self.total, float(self.count), math.nan]
        self._values = torch.tensor(values, dtype=torch.float64, device=device)
        self._sum, self._finite, self._last = self._values.unbind()

    def move(self, device: torch.device) -> None:
        """Go on where losses are computed."""
        # Float64 lives on processors and on CUDA; others send each loss to the processor.
        self._keep(device if device.type == "cuda" else torch.device("cpu"))

    def begin(self, step: int, total: float = 0.0, count: int = 0) -> None:
        """Forget the losses before a step, or take up those that a checkpoint has kept."""
        self.begun, self.total, self.count = step, total, count
        # In place: a captured step adds to this very memory.
        self._values.copy_(torch.tensor([total, float(count), math.nan], dtype=torch.float64))

    def add(self, loss: Tensor) -> None:
        """Count a step's loss, a scalar; on CUDA nothing is waited for."""
        loss = loss.detach().to(self._values.device)
        self._sum.add_(loss)
        self._finite.add_(self._sum.isfinite())
        self._last.copy_(loss)

    @property
    def due(self) -> bool:
        """Whether to read: always where it costs nothing, else every few seconds."""
        return not self._values.is_cuda or time.monotonic() - self.read_at > PATIENCE

    def read(self) -> None:
        """Wait for all steps that are under way, and take their losses over.

        Raises:
            Diverged: one was not finite.
        """
        total, finite, last = self._values.tolist()
        if not math.isfinite(total):
            raise Diverged(self.begun + int(finite))
        self.total, self.count, self.read_at = total, int(finite), time.monotonic()
        if not math.isnan(last):
            self.last = last
