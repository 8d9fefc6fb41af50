"""VDSR: a very deep network that only learns the residual to bicubic interpolation."""

from torch import Tensor, nn

from shoal.models.blocks import GREY, at_least, conv, conv_relu, he_
from shoal.pictures.resample import upscale


class VDSR(nn.Module):
    """conv 3, 1->64; (depth - 2) x conv 3, 64->64; conv 3, 64->1, linear; added to bicubic.

    Kim, Lee, Lee, "Accurate Image Super-Resolution Using Very Deep Convolutional Networks", CVPR
    2016. Its clipping is `task/clip=adjustable`.

    Args:
        scale: the factor, an integer >= 2.
        depth: the number of layers.
        channels: of the pictures: 1, luma, as in the paper, or 3, RGB.
        grey: subtracted from the input and added to the answer; 0 for published weights.
    """

    def __init__(self, scale: int, depth: int, channels: int = 1, grey: float = GREY) -> None:
        super().__init__()
        at_least(2, depth=depth)
        self.scale, self.channels, self.grey = scale, channels, grey
        middle = (conv_relu(3, 64, 64) for _ in range(depth - 2))
        self.layers = nn.Sequential(conv_relu(3, channels, 64), *middle, conv(3, 64, channels))
        he_(self)

    def forward(self, lr: Tensor) -> Tensor:
        """Map LR `(N, channels, h, w)` in [0, 1] to SR `(N, channels, scale * h, scale * w)`."""
        enlarged = upscale(lr - self.grey, self.scale)
        return self.layers(enlarged) + enlarged + self.grey
