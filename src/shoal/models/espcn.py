"""ESPCN: everything at LR size, enlarged by a pixel shuffle."""

from torch import Tensor, nn

from shoal.models.blocks import GREY, conv
from shoal.models.upsamplers import Subpixel


class ESPCN(nn.Module):
    """conv 5, 1->64; conv 3, 64->32, each with tanh; conv 3 to scale^2, linear; pixel shuffle.

    Shi et al., "Real-Time Single Image and Video Super-Resolution Using an Efficient Sub-Pixel
    Convolutional Neural Network", CVPR 2016.

    Args:
        scale: the factor, an integer >= 2.
        channels: of the pictures: 1, luma, as in the paper, or 3, RGB.
    """

    def __init__(self, scale: int, channels: int = 1) -> None:
        super().__init__()
        self.channels = channels
        self.extract = nn.Sequential(conv(5, channels, 64), nn.Tanh(), conv(3, 64, 32), nn.Tanh())
        self.reconstruct = Subpixel(32, channels, scale)

    def forward(self, lr: Tensor) -> Tensor:
        """Map LR `(N, channels, h, w)` in [0, 1] to SR `(N, channels, scale * h, scale * w)`."""
        features = self.extract(lr - GREY)
        return self.reconstruct(features) + GREY
