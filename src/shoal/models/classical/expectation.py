"""The small network that predicts HR's statistics from LR."""

import torch
import torch.nn.functional as F
from torch import Tensor

from shoal.models.blocks import GREY
from shoal.models.classical.wavelets import statistics
from shoal.pictures.resample import upscale

LAYERS = 3
TYPICAL = 0.004  # typical difference between the statistics of HR and of the enlargement
Layers = list[tuple[Tensor, Tensor]]  # weights and biases


def started(features: int, outputs: int, generator: torch.Generator) -> Layers:
    """Layers of 3 x 3 kernels, initialised as by He et al.; the last one starts at zero."""
    sizes = [(features, outputs + 1), (features, features), (outputs, features)]
    layers = []
    for number, (out, inputs) in enumerate(sizes):
        weight = torch.randn(out, inputs, 3, 3, generator=generator) * (2 / (9 * inputs)) ** 0.5
        weight = torch.zeros_like(weight) if number == LAYERS - 1 else weight
        layers.append((weight.requires_grad_(), torch.zeros(out).requires_grad_()))
    return layers


def expected(lr: Tensor, scale: int, layers: Layers) -> Tensor:
    """The statistics that HR should have, `(N, CHANNELS, scale * h, scale * w)`."""
    with torch.no_grad():
        known = statistics(upscale(lr, scale), scale)
    values = torch.cat([F.pixel_unshuffle(known / (5 * TYPICAL), scale), 2 * (lr - GREY)], dim=1)
    for number, (weight, bias) in enumerate(layers):
        values = F.conv2d(F.pad(values, (1,) * 4, mode="replicate"), weight, bias)
        values = F.relu(values) if number < LAYERS - 1 else values
    return known + TYPICAL * F.pixel_shuffle(values, scale)
