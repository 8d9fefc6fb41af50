"""SRCNN and DCNN: networks on the bicubic picture, the paper's second pair."""

from torch import Tensor, nn

from shoal.models.blocks import GREY, Border, at_least, conv, conv_relu
from shoal.pictures.resample import upscale


class SRCNN(nn.Module):
    """The shallow one: conv 9, 1->64; conv 5 (or 1), 64->32; conv 5, 32->1, linear.

    Dong, Loy, He, Tang, "Image Super-Resolution Using Deep Convolutional Networks", TPAMI 2016, in
    its 9-5-5 form*: the EEDS paper doesn't say which SRCNN it means; 9-5-5 is the best of SRCNN's
    authors, whose first, at ECCV 2014, was 9-1-5.

    Args:
        scale: the factor, an integer >= 2.
        middle: kernel of the second layer.
        channels: of the pictures: 1, luma, as in the paper, or 3, RGB.
        grey: subtracted from the input and added to the answer; 0 for published weights.
        border: how a picture is padded: `zeros`, or `replicate` as in the authors' test code.
    """

    def __init__(
        self,
        scale: int,
        middle: int = 5,
        channels: int = 1,
        grey: float = GREY,
        border: Border = "zeros",
    ) -> None:
        super().__init__()
        self.scale, self.channels, self.grey = scale, channels, grey
        self.layers = nn.Sequential(
            conv_relu(9, channels, 64, border),
            conv_relu(middle, 64, 32, border),
            conv(5, 32, channels, border),
        )

    def forward(self, lr: Tensor) -> Tensor:
        """Map LR `(N, channels, h, w)` in [0, 1] to SR `(N, channels, scale * h, scale * w)`."""
        enlarged = upscale(lr - self.grey, self.scale)
        return self.layers(enlarged) + self.grey


class DCNN(nn.Module):
    """The deep one, SRCNN made deep*: conv 9, 1->64; conv 3, 64->64; ...; conv 5, 64->1, linear.

    Args:
        scale: the factor, an integer >= 2.
        depth: the number of 3 x 3 layers (6*: the paper doesn't print it; with six, DCNN's depth of
            eight layers is near EED's).
        channels: of the pictures: 1, luma, as in the paper, or 3, RGB.
    """

    def __init__(self, scale: int, depth: int, channels: int = 1) -> None:
        super().__init__()
        at_least(0, depth=depth)
        self.scale, self.channels = scale, channels
        middle = (conv_relu(3, 64, 64) for _ in range(depth))
        self.layers = nn.Sequential(conv_relu(9, channels, 64), *middle, conv(5, 64, channels))

    def forward(self, lr: Tensor) -> Tensor:
        """Map LR `(N, channels, h, w)` in [0, 1] to SR `(N, channels, scale * h, scale * w)`."""
        enlarged = upscale(lr - GREY, self.scale)
        return self.layers(enlarged) + GREY
