"""Where training starts from: a factor of its own (DESIGN: initialisation)."""

from typing import Protocol, runtime_checkable

from torch import nn

from shoal.errors import UserError, unknown
from shoal.models.blocks import Branching
from shoal.models.interpolating import clear_bias

STARTS = ("plain", "interpolating", "silent")


@runtime_checkable
class Interpolating(Protocol):
    """A layer that can start as interpolation."""

    def interpolate_(self) -> None:
        """Set the weights so."""


def initialise(network: nn.Module, init: str) -> None:
    """Set a freshly built network's start.

    Args:
        network: built under the run's seed, with PyTorch's own initial weights.
        init: `plain` leaves them; `interpolating` starts each learned upsampler as interpolation;
            `silent` does too, and an ensemble's deep branch starts by adding nothing.

    Raises:
        UserError: `init` is none of them.
    """
    if init not in STARTS:
        raise UserError(unknown("task.init", init, STARTS))
    if init != "plain":
        for layer in network.modules():
            if isinstance(layer, Interpolating):
                layer.interpolate_()
    if init == "silent" and isinstance(network, Branching):
        silence(network.get_submodule("deep"))


def silence(network: nn.Module) -> None:
    """Set a network's last convolution to zero: it answers grey, until it has learnt something.

    The layers before it keep their start, so a gradient reaches them from the second step on.
    """
    convolutions = (nn.Conv2d, nn.ConvTranspose2d)
    *_, last = (layer for layer in network.modules() if isinstance(layer, convolutions))
    nn.init.zeros_(last.weight)
    clear_bias(last)
