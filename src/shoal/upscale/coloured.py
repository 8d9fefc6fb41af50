"""A network with colours around it: RGB in, RGB out, as other programs want it."""

import torch
from torch import Tensor, nn

from shoal.models.channels import LUMA, RGB, channels_of
from shoal.pictures.colour import rgb, ycbcr
from shoal.pictures.resample import upscale


class Coloured(nn.Module):
    """What `shoal upscale` does with colours: luma by the network, chroma bicubic.

    A network of RGB does both by itself.

    Args:
        network: maps luma or RGB.
        scale: its factor.
    """

    def __init__(self, network: nn.Module, scale: int) -> None:
        super().__init__()
        self.network, self.scale, self.channels = network, scale, RGB

    def forward(self, lr: Tensor) -> Tensor:
        """Map RGB `(N, 3, h, w)` in [0, 1] to `(N, 3, scale * h, scale * w)`, clipped to that."""
        if channels_of(self.network) != LUMA:
            return self.network(lr).clamp(0, 1)
        given = ycbcr(lr * 255)
        luma = self.network(given[:, :1] / 255) * 255
        chroma = upscale(given[:, 1:], self.scale)
        return (rgb(torch.cat([luma, chroma], 1)) / 255).clamp(0, 1)
