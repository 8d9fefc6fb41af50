"""SRDenseNet: every layer takes the features of all layers before it."""

import torch
from torch import Tensor, nn

from shoal.models.blocks import GREY, at_least, conv, conv_relu, he_
from shoal.models.upsamplers import Deconvolution

WIDTH = 256  # of the bottleneck and the deconvolutions


class DenseLayer(nn.Module):
    """conv 3, inputs->growth, whose output is concatenated to its input.

    Args:
        inputs: input channels.
        growth: channels that it adds.
    """

    def __init__(self, inputs: int, growth: int) -> None:
        super().__init__()
        self.layer = conv_relu(3, inputs, growth)

    def forward(self, x: Tensor) -> Tensor:
        """Map `(N, inputs, H, W)` to `(N, inputs + growth, H, W)`."""
        return torch.cat([x, self.layer(x)], dim=1)


class SRDenseNet(nn.Module):
    """conv 3, 1->growth; dense blocks; conv 1 to 256; deconvolutions; conv 3, 256->1, linear.

    Tong, Li, Liu, Gao, "Image Super-Resolution Using Dense Skip Connections", ICCV 2017, in its
    form SRDenseNet_All: blocks are connected as densely as the layers in them. The paper's x4 has
    two deconvolutions of stride 2; here* one for each prime factor of the scale, of kernel
    stride + 2.

    Args:
        scale: the factor, an integer >= 2.
        blocks: of dense layers.
        layers: of a block.
        growth: channels that a layer adds.
        channels: of the pictures: 1, luma, as in the paper, or 3, RGB.
    """

    def __init__(
        self, scale: int, blocks: int, layers: int, growth: int, channels: int = 1
    ) -> None:
        super().__init__()
        self.channels = channels
        at_least(1, blocks=blocks, layers=layers)
        count = blocks * layers
        self.extract = conv_relu(3, channels, growth)
        dense = (DenseLayer(growth * (1 + before), growth) for before in range(count))
        self.deepen = nn.Sequential(*dense)
        self.squeeze = conv_relu(1, growth * (1 + count), WIDTH)
        self.enlarge = nn.Sequential(*(deconv_relu(stride) for stride in prime_factors(scale)))
        self.reconstruct = conv(3, WIDTH, channels)
        he_(self)

    def forward(self, lr: Tensor) -> Tensor:
        """Map LR `(N, channels, h, w)` in [0, 1] to SR `(N, channels, scale * h, scale * w)`."""
        features = self.extract(lr - GREY)
        squeezed = self.squeeze(self.deepen(features))
        return self.reconstruct(self.enlarge(squeezed)) + GREY


def deconv_relu(stride: int) -> nn.Sequential:
    """Deconvolution of kernel stride + 2, 256->256, then ReLU."""
    return nn.Sequential(Deconvolution(WIDTH, WIDTH, stride, padding=1), nn.ReLU(inplace=True))


def prime_factors(number: int) -> list[int]:
    """The prime factors of a number >= 2, ascending.

    >>> prime_factors(4), prime_factors(6), prime_factors(7)
    ([2, 2], [2, 3], [7])
    """
    least = next(p for p in range(2, number + 1) if number % p == 0)
    return [least] if least == number else [least, *prime_factors(number // least)]
