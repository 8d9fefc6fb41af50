"""What the ranks of a run agree on at each step: the loss, and whether to stop."""

from typing import Any, Self

from torch import Tensor

from shoal.system.signals import SIGNALS, Stop
from shoal.training.ranks import Ranks


class Agreement:
    """Shares the whole batch's loss and any request to stop, so that all ranks stop together.

    Args:
        ranks: the run's ranks.
        stop: listens to the signals that reach this rank.
    """

    def __init__(self, ranks: Ranks, stop: Stop) -> None:
        self.ranks, self.stop = ranks, stop
        self._asked: int | None = None

    @property
    def asked(self) -> int | None:
        """The signal that asks for a stop, whichever rank received it; None without one."""
        return self.stop.asked if self.ranks.count == 1 else self._asked

    def global_loss(self, share: Tensor) -> Tensor:
        """Return the loss of the whole batch, with the gradient of this rank's share of it."""
        if self.ranks.count == 1:
            return share
        mean = self._meet(share.detach()) / self.ranks.count
        return share + (mean - share.detach())

    def meet(self) -> None:
        """Learn of signals that other ranks received; every rank must call this."""
        if self.ranks.count > 1:
            self._meet(0.0)

    def _meet(self, share: float | Tensor) -> float:
        asked = [float(self.stop.asked == number) for number in SIGNALS]
        loss, *counts = self.ranks.total([share, *asked])
        heard = [number for number, count in zip(SIGNALS, counts, strict=True) if count]
        self._asked = heard[0] if heard else None
        return loss

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        """Return itself: weight averaging copies the task, but the ranks share one agreement."""
        return self
