"""DRRN: one residual unit applied again and again."""

from torch import Tensor, nn

from shoal.models.blocks import GREY, at_least, conv, he_
from shoal.pictures.resample import upscale

CHANNELS = 128


class DRRN(nn.Module):
    """conv 3, 1->128; `units` times the same residual unit; conv 3, 128->1; added to bicubic.

    Tai, Yang, Liu, "Image Super-Resolution via Deep Recursive Residual Network", CVPR 2017, with
    one recursive block (B = 1). A unit is two 3 x 3 convolutions, each after its ReLU, added to
    the block's input. 297,216 weights. Without batch normalisation*, which the paper has before
    each ReLU: batches are small here, and the recursion is stable without it.

    Args:
        scale: the factor, an integer >= 2.
        units: the paper's U.
        channels: of the pictures: 1, luma, as in the paper, or 3, RGB.
    """

    def __init__(self, scale: int, units: int, channels: int = 1) -> None:
        super().__init__()
        at_least(0, units=units)
        self.scale, self.units, self.channels = scale, units, channels
        self.extract = conv(3, channels, CHANNELS)
        self.unit = nn.Sequential(relu_conv(CHANNELS), relu_conv(CHANNELS))
        self.reconstruct = relu_conv(channels)
        he_(self)

    def forward(self, lr: Tensor) -> Tensor:
        """Map LR `(N, channels, h, w)` in [0, 1] to SR `(N, channels, scale * h, scale * w)`."""
        enlarged = upscale(lr - GREY, self.scale)
        features = first = self.extract(enlarged)
        for _ in range(self.units):
            features = first + self.unit(features)
        return self.reconstruct(features) + enlarged + GREY


def relu_conv(outputs: int) -> nn.Sequential:
    """ReLU, then `conv 3, 128->outputs`."""
    return nn.Sequential(nn.ReLU(), conv(3, CHANNELS, outputs))
