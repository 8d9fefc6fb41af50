"""The initial weights of networks, `task.init`, which studies compare as a factor of its own."""

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
        """Set the weights so that the layer interpolates."""


def initialise(network: nn.Module, init: str) -> None:
    """Set the initial weights of a network.

    Args:
        network: freshly built with the run's seed, which gave it its class's own initial weights.
        init: `plain` leaves these; `interpolating` starts each learned upsampler as interpolation;
            `silent` does that too, and starts an ensemble's deep branch as adding nothing.

    Raises:
        UserError: `init` is none of them, or there is nothing to silence.
    """
    if init not in STARTS:
        raise UserError(unknown("task.init", init, STARTS))
    if init != "plain":
        for layer in network.modules():
            if isinstance(layer, Interpolating):
                layer.interpolate_()
    if init == "silent" and isinstance(network, Branching):
        silence(_deep_branch(network))


def _deep_branch(network: nn.Module) -> nn.Module:
    deep = dict(network.named_children()).get("deep")
    if deep is None:
        kind = type(network).__name__
        raise UserError(f"task.init=silent: {kind} keeps no network called deep: use plain")
    return deep


def silence(network: nn.Module) -> None:
    """Set a network's last convolution to zero: it answers grey until it has learnt something.

    The layers before it keep their start, so a gradient reaches them from the second step on.

    Raises:
        UserError: it has no convolution.
    """
    convolutions = (nn.Conv2d, nn.ConvTranspose2d)
    found = [layer for layer in network.modules() if isinstance(layer, convolutions)]
    if not found:
        kind = type(network).__name__
        raise UserError(f"task.init=silent: {kind} has no convolution to set to zero: use plain")
    nn.init.zeros_(found[-1].weight)
    clear_bias(found[-1])
