"""Layers that are trained as several convolutions, and folded into a single one for use."""

import copy
from typing import Protocol, runtime_checkable

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from shoal.models.blocks import conv

WIDER = 2  # channels between the expanding and the squeezing convolution, per output channel


@runtime_checkable
class Foldable(Protocol):
    """A layer that equals a single convolution."""

    def folded(self) -> nn.Conv2d:
        """That convolution."""


class Folding(nn.Module):
    """conv 3; beside it conv 1; and conv 1 to twice the channels with conv 3 back; added.

    Ding et al., "RepVGG", CVPR 2021, without its normalisation; the third part is the one of Zhang
    et al., "Edge-oriented Convolution Block for Real-time Super Resolution", ACM MM 2021.

    Args:
        inputs: input channels.
        outputs: output channels.
    """

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.whole, self.point = conv(3, inputs, outputs), conv(1, inputs, outputs)
        # Without a bias, which the next layer's zero padding would lack at the edges: then the two
        # wouldn't equal one convolution.
        self.expand = nn.Conv2d(inputs, WIDER * outputs, 1, bias=False)
        self.squeeze = conv(3, WIDER * outputs, outputs)

    def forward(self, x: Tensor) -> Tensor:
        """Map `(N, inputs, H, W)` to `(N, outputs, H, W)`."""
        return self.whole(x) + self.point(x) + self.squeeze(self.expand(x))

    @torch.no_grad()
    def folded(self) -> nn.Conv2d:
        """The one convolution that equals this layer."""
        one = copy.deepcopy(self.whole)
        one.weight += F.pad(self.point.weight, (1, 1, 1, 1))
        one.weight += torch.einsum(
            "omyx,mi->oiyx", self.squeeze.weight, self.expand.weight[..., 0, 0]
        )
        for layer in (self.point, self.squeeze):
            assert one.bias is not None
            assert layer.bias is not None
            one.bias += layer.bias
        return one


def folded(network: nn.Module) -> nn.Module:
    """The network as it is used: every `Foldable` layer replaced by its one convolution.

    Args:
        network: not changed; returned itself if it has nothing to fold.
    """
    if not any(isinstance(layer, Foldable) for layer in network.modules()):
        return network
    network = copy.deepcopy(network)
    for parent in list(network.modules()):
        for name, layer in parent.named_children():
            if isinstance(layer, Foldable):
                setattr(parent, name, layer.folded())
    return network
