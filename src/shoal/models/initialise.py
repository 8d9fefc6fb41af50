"""Where training starts from: a factor of its own (DESIGN: initialisation)."""

from typing import Protocol, runtime_checkable

from torch import nn

from shoal.errors import UserError

STARTS = ("plain", "interpolating")


@runtime_checkable
class Interpolating(Protocol):
    """A layer that can start as interpolation."""

    def interpolate_(self) -> None:
        """Set the weights so."""


def initialise(network: nn.Module, init: str) -> None:
    """Set a freshly built network's start.

    Args:
        network: built under the run's seed, with PyTorch's own initial weights.
        init: `plain` leaves them; `interpolating` starts each learned upsampler as interpolation.

    Raises:
        UserError: `init` is neither.
    """
    if init not in STARTS:
        raise UserError(f"task.init={init} is unknown: choose one of {', '.join(STARTS)}")
    if init == "interpolating":
        for layer in network.modules():
            if isinstance(layer, Interpolating):
                layer.interpolate_()
