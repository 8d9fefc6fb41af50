"""Bicubic interpolation, the baseline of every table: a model that learns nothing."""

from torch import Tensor, nn

from shoal.pictures.resample import upscale


class Bicubic(nn.Module):
    """Enlarges as MATLAB's `imresize` does.

    Args:
        scale: the factor, an integer >= 2.
        channels: of the pictures: 1, luma, or 3, RGB; each is enlarged by itself.
    """

    def __init__(self, scale: int, channels: int = 1) -> None:
        super().__init__()
        self.scale, self.channels = scale, channels

    def forward(self, lr: Tensor) -> Tensor:
        """Map LR `(N, C, h, w)` in [0, 1] to `(N, C, scale * h, scale * w)`, not clipped."""
        return upscale(lr, self.scale)
