"""What the ranks of a run agree on after each step."""

from typing import Any, Self

from torch import Tensor

from shoal.system.signals import SIGNALS, Stop
from shoal.training.ranks import Ranks


class Agreement:
    """What all ranks agree on after the same step: the whole batch's loss, and whether to stop.

    Args:
        ranks: of the run.
        stop: whether a signal has reached this one.
    """

    def __init__(self, ranks: Ranks, stop: Stop) -> None:
        self.ranks, self.stop = ranks, stop
        self._asked: int | None = None

    @property
    def asked(self) -> int | None:
        """The signal that asks for a stop, to whichever rank it came."""
        return self.stop.asked if self.ranks.count == 1 else self._asked

    def global_loss(self, share: Tensor) -> Tensor:
        """The whole batch's loss from that of this rank's share, whose gradient it keeps."""
        if self.ranks.count == 1:
            return share
        mean = self._meet(share.detach()) / self.ranks.count
        return share + (mean - share.detach())

    def meet(self) -> None:
        """Hear of signals; all ranks must come here."""
        if self.ranks.count > 1:
            self._meet(0.0)

    def _meet(self, share: float | Tensor) -> float:
        asked = [float(self.stop.asked == number) for number in SIGNALS]
        loss, *counts = self.ranks.total([share, *asked])
        heard = [number for number, count in zip(SIGNALS, counts, strict=True) if count]
        self._asked = heard[0] if heard else None
        return loss

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        """Itself: averaged weights are a copy of the whole task, the ranks' agreement is one."""
        return self
