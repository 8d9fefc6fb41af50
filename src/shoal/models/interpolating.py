"""Weights by which a layer interpolates, as learned upsamplers can start."""

import numpy as np
import torch
from torch import Tensor, nn

from shoal.pictures.kernel import cubic


@torch.no_grad()
def fill(layer: nn.Conv2d, kernel: Tensor) -> None:
    """Set a convolution to `copies` of its input channels, each under the kernel `(k, k)`."""
    mixing = copies(layer.out_channels, layer.in_channels)
    layer.weight.copy_(mixing[..., None, None] * kernel)
    clear_bias(layer)


def clear_bias(layer: nn.Conv2d | nn.ConvTranspose2d) -> None:
    """Set the bias, if there is one, to zero."""
    if layer.bias is not None:
        nn.init.zeros_(layer.bias)


def copies(outputs: int, inputs: int) -> Tensor:
    """The matrix `(outputs, inputs)` by which output j is input j mod `inputs`."""
    return torch.eye(inputs).repeat(-(-outputs // inputs), 1)[:outputs]


def interpolation(length: int, scale: int) -> Tensor:
    """The cubic kernel sampled at HR pixels, `(length, length)`, centred.

    It is cut to `length`, and each of its scale^2 phases is normalised to sum to 1, so that a flat
    picture stays flat.
    """
    entries = np.arange(length)
    taps = cubic((entries - (length - 1) / 2) / scale)
    phases = np.bincount(entries % scale, weights=taps)
    kernel = torch.from_numpy(taps / phases[entries % scale]).float()
    return torch.outer(kernel, kernel)
