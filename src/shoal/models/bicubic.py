"""Bicubic interpolation, the baseline of every table: a model that learns nothing."""

from torch import Tensor, nn

from shoal.pictures.resample import upscale


class Bicubic(nn.Module):
    """Enlarges as MATLAB's `imresize` does.

    Args:
        scale: the factor, an integer >= 2.
    """

    def __init__(self, scale: int) -> None:
        super().__init__()
        self.scale = scale

    def forward(self, lr: Tensor) -> Tensor:
        """Map LR luma `(N, 1, h, w)` in [0, 1] to `(N, 1, scale * h, scale * w)`, not clipped."""
        return upscale(lr, self.scale)
