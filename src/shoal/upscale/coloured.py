"""A network as a map from RGB to RGB, as other programs want it."""

import torch
from torch import Tensor, nn

from shoal.models.channels import LUMA, RGB, channels_of
from shoal.pictures.colour import rgb, ycbcr
from shoal.pictures.resample import upscale


class Coloured(nn.Module):
    """Enlarges RGB as `shoal upscale` does: luma by the network, chroma by bicubic interpolation.

    A network of RGB maps all three colours itself.

    Args:
        network: maps luma or RGB.
        scale: its factor.
        clipped: whether values are clipped to [0, 1].
    """

    def __init__(self, network: nn.Module, scale: int, *, clipped: bool = True) -> None:
        super().__init__()
        self.network, self.scale, self.channels = network, scale, RGB
        self.clipped = clipped

    def forward(self, lr: Tensor) -> Tensor:
        """Map RGB `(N, 3, h, w)` in [0, 1] to `(N, 3, scale * h, scale * w)`."""
        sr = self._enlarged(lr)
        return sr.clamp(0, 1) if self.clipped else sr

    def _enlarged(self, lr: Tensor) -> Tensor:
        if channels_of(self.network) != LUMA:
            return self.network(lr)
        given = ycbcr(lr * 255)
        luma = self.network(given[:, :1] / 255) * 255
        chroma = upscale(given[:, 1:], self.scale)
        return rgb(torch.cat([luma, chroma], 1)) / 255
