"""EEDS-fast: a deep and a shallow network that work at LR size, beyond the paper.

EEDS enlarges early and pays scale^2 times for every layer after it. Here both networks end in a
pixel shuffle (Shi et al., CVPR 2016) and nothing is computed at HR size.
"""

from collections.abc import Callable
from functools import partial

from torch import Tensor, nn

from shoal.errors import UserError, unknown
from shoal.models.blocks import GREY, at_least, conv
from shoal.models.reparam import Folding
from shoal.models.upsamplers import Subpixel

ACTIVATIONS: dict[str, Callable[[int], nn.Module]] = {
    "prelu": nn.PReLU,  # a slope for each channel
    "relu": lambda channels: nn.ReLU(inplace=True),
    "silu": lambda channels: nn.SiLU(),
    "gelu": lambda channels: nn.GELU(),
}


def activate(name: str, channels: int) -> nn.Module:
    """The activation of a name, for so many channels.

    Raises:
        UserError: there is none of that name.
    """
    if name not in ACTIVATIONS:
        raise UserError(unknown("activation", name, ACTIVATIONS))
    return ACTIVATIONS[name](channels)


class ResidualPair(nn.Module):
    """Two 3 x 3 convolutions with an activation between them, added to the input.

    The sum has no activation (Lim et al., "Enhanced Deep Residual Networks", CVPRW 2017), so that
    a pair can pass its input on unchanged.

    Args:
        channels: input and output channels.
        activation: one of `ACTIVATIONS`.
        folding: whether each convolution is trained as a sum of several; see `reparam`.
    """

    def __init__(self, channels: int, activation: str, *, folding: bool) -> None:
        super().__init__()
        layer = Folding if folding else partial(conv, 3)
        self.first, self.act = layer(channels, channels), activate(activation, channels)
        self.second = layer(channels, channels)

    def forward(self, x: Tensor) -> Tensor:
        """Map `(N, channels, H, W)` to the same shape."""
        return x + self.second(self.act(self.first(x)))


class EEDFast(nn.Module):
    """The deep one: conv 3, 1->channels; residual pairs; conv 3 to scale^2; pixel shuffle.

    Args:
        scale: the factor, an integer >= 2.
        channels: of every layer between the first and the last.
        pairs: residual pairs, two layers each.
        activation: one of `ACTIVATIONS`.
        folding: train each layer of the pairs as a sum of several convolutions; see `reparam`.
        planes: channels of the pictures: 1, luma, or 3, RGB.
    """

    def __init__(
        self,
        scale: int,
        channels: int,
        pairs: int,
        activation: str = "prelu",
        folding: bool = False,
        planes: int = 1,
    ) -> None:
        super().__init__()
        at_least(0, pairs=pairs)
        self.channels = planes
        self.extract = nn.Sequential(conv(3, planes, channels), activate(activation, channels))
        self.deepen = nn.Sequential(
            *(ResidualPair(channels, activation, folding=folding) for _ in range(pairs))
        )
        self.reconstruct = Subpixel(channels, planes, scale)

    def forward(self, lr: Tensor) -> Tensor:
        """Map LR `(N, planes, h, w)` in [0, 1] to SR `(N, planes, scale * h, scale * w)`."""
        features = self.extract(lr - GREY)
        deepened = self.deepen(features)
        return self.reconstruct(deepened) + GREY


class EESFast(nn.Module):
    """The shallow one, linear: conv `kernel`, 1->scale^2; pixel shuffle.

    A learned interpolation, as EES is with its deconvolution.

    Args:
        scale: the factor, an integer >= 2.
        kernel: in LR pixels, odd.
        channels: of the pictures: 1, luma, or 3, RGB.
    """

    def __init__(self, scale: int, kernel: int, channels: int = 1) -> None:
        super().__init__()
        self.channels = channels
        self.reconstruct = Subpixel(channels, channels, scale, kernel)

    def forward(self, lr: Tensor) -> Tensor:
        """Map LR `(N, channels, h, w)` in [0, 1] to SR `(N, channels, scale * h, scale * w)`."""
        return self.reconstruct(lr - GREY) + GREY
