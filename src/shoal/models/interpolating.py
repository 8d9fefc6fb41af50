"""Weights by which a layer interpolates: what learned upsamplers can start as."""

import numpy as np
import torch
from torch import Tensor, nn

from shoal.pictures.kernel import cubic


@torch.no_grad()
def fill(layer: nn.Conv2d, kernel: Tensor) -> None:
    """Give every copied channel of a convolution the same kernel `(k, k)`."""
    mixing = copies(layer.out_channels, layer.in_channels)
    layer.weight.copy_(mixing[..., None, None] * kernel)
    clear_bias(layer)


def clear_bias(layer: nn.Conv2d | nn.ConvTranspose2d) -> None:
    """Start the bias, if there is one, at zero."""
    if layer.bias is not None:
        nn.init.zeros_(layer.bias)


def copies(outputs: int, inputs: int) -> Tensor:
    """The mixing `(outputs, inputs)` in which output j is input j mod `inputs`."""
    return torch.eye(inputs).repeat(-(-outputs // inputs), 1)[:outputs]


def interpolation(length: int, scale: int) -> Tensor:
    """The cubic kernel at HR spacing, `(length, length)`, centred.

    Cut to `length`, each of the scale^2 phases is normalised to sum to 1, so that flat stays flat.
    """
    entries = np.arange(length)
    taps = cubic((entries - (length - 1) / 2) / scale)
    phases = np.bincount(entries % scale, weights=taps)
    kernel = torch.from_numpy(taps / phases[entries % scale]).float()
    return torch.outer(kernel, kernel)
