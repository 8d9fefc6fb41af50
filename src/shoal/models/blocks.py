"""Layers and contracts shared by the networks. All layers take and return `(N, C, H, W)`.

`conv k, a->b` in the docstrings has zero padding that keeps the size.
"""

from typing import Literal, Protocol, runtime_checkable

import torch
from torch import Tensor, nn

from shoal.errors import UserError

# Networks subtract this grey from pictures in [0, 1], which centres them on zero, and add it again.
GREY = 0.5
Border = Literal["zeros", "replicate"]  # how a picture is padded


@runtime_checkable
class Branching(Protocol):
    """A network that tells what each of its branches contributes."""

    def branches(self, lr: Tensor) -> dict[str, Tensor]:
        """Images at HR size that add up to the network's answer, `shallow` and `deep`."""


def answer(network: nn.Module, lr: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
    """A network's answer and its branches, computed only once.

    Args:
        network: LR to SR.
        lr: `(N, C, h, w)` in [0, 1].

    Returns:
        SR, and the branches by name; none if the network isn't `Branching`.
    """
    if not isinstance(network, Branching):
        return network(lr), {}
    branches = network.branches(lr)
    return branches["deep"] + branches["shallow"], branches


@runtime_checkable
class Supervised(Protocol):
    """A network that is trained on further pictures beside its answer."""

    def supervision(
        self, lr: Tensor, progress: float | Tensor
    ) -> list[tuple[float | Tensor, Tensor]]:
        """The pictures to compare with HR, each with the weight of its loss; weights sum to 1.

        A picture smaller than HR is compared with HR shrunk to its size.

        Args:
            lr: `(N, C, h, w)` in [0, 1].
            progress: the share of the training that is over, in [0, 1); on CUDA a scalar tensor,
                so that a step can be captured as a graph.
        """


def at_least(least: int, **counts: int) -> None:
    """Refuse counts below a bound, which would silently make another network, e.g. of -1 layers.

    Raises:
        UserError: one is no integer, or below the bound; the message names it.
    """
    for name, value in counts.items():
        if isinstance(value, bool) or not isinstance(value, int) or value < least:
            raise UserError(f"{name}={value} is not an integer of at least {least}")


def conv(kernel: int, inputs: int, outputs: int, border: Border = "zeros") -> nn.Conv2d:
    """A convolution that keeps the size.

    Args:
        kernel: its side.
        inputs: input channels.
        outputs: output channels.
        border: how the picture is padded: by `zeros`, or with its edge pixels by `replicate`.

    Raises:
        UserError: the kernel is no odd number (an even one shifts and widens the picture), or there
            are no channels.
    """
    if isinstance(kernel, bool) or not isinstance(kernel, int) or kernel < 1 or kernel % 2 == 0:
        raise UserError(f"a kernel of {kernel} can't keep the size: take an odd one, 1, 3, 5...")
    at_least(1, inputs=inputs, outputs=outputs)
    return nn.Conv2d(inputs, outputs, kernel, padding=kernel // 2, padding_mode=border)


def conv_relu(kernel: int, inputs: int, outputs: int, border: Border = "zeros") -> nn.Sequential:
    """`conv kernel, inputs->outputs`, then ReLU."""
    return nn.Sequential(conv(kernel, inputs, outputs, border), nn.ReLU(inplace=True))


@torch.no_grad()
def he_(network: nn.Module) -> None:
    """Initialise a network of ReLUs as He et al. (ICCV 2015): variance 2 / fan-in, biases zero."""
    for layer in network.modules():
        if isinstance(layer, nn.Conv2d | nn.ConvTranspose2d):
            nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)


class ResidualUnit(nn.Module):
    """Two 3 x 3 convolutions; the unit's input is added before the last ReLU.

    Args:
        channels: input and output channels.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.first = conv_relu(3, channels, channels)
        self.second = conv(3, channels, channels)
        # The paper's figure adds "then" activates; its ancestor ResNet (2015) does the same.
        self.relu = nn.ReLU(inplace=True)

    def forward(self, x: Tensor) -> Tensor:
        """Map `(N, channels, H, W)` to the same shape."""
        return self.relu(self.second(self.first(x)) + x)


class MultiScale(nn.Module):
    """Parallel convolutions of several kernels, concatenated.

    Args:
        inputs: input channels.
        outputs: channels of all kernels together, which share them equally.
        kernels: the kernel sizes, odd.

    Raises:
        UserError: the kernels can't share the channels equally.
    """

    def __init__(self, inputs: int, outputs: int, kernels: tuple[int, ...]) -> None:
        super().__init__()
        if not kernels or outputs % len(kernels):
            raise UserError(f"{len(kernels)} kernels cannot share {outputs} channels equally")
        share = outputs // len(kernels)
        self.scales = nn.ModuleList(conv(kernel, inputs, share) for kernel in kernels)
        self.relu = nn.ReLU(inplace=True)

    def forward(self, x: Tensor) -> Tensor:
        """Map `(N, inputs, H, W)` to `(N, outputs, H, W)`."""
        return self.relu(torch.cat([scale(x) for scale in self.scales], dim=1))
