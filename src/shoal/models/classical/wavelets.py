"""First-order scattering: how much a picture varies in each band and direction around each pixel.

The moduli of Morlet wavelets around LR's Nyquist frequency, averaged by a small Gaussian.
"""

import math
from functools import lru_cache

import torch
import torch.nn.functional as F
from torch import Tensor

from shoal.pictures.traced import mirrored

BANDS = (1.35, 0.95, 0.67)  # centre frequencies, in units of LR's Nyquist frequency
DIRECTIONS = 8
CHANNELS = len(BANDS) * DIRECTIONS
FAINT = 1e-8  # added to a squared modulus, so that the root's gradient is finite at zero


@lru_cache(maxsize=8)
def bank(scale: int) -> Tensor:
    """The wavelets, `(2 * CHANNELS, 1, side, side)`, real and imaginary parts alternating.

    They are scaled so that together they amplify no frequency: the sum of their squared frequency
    responses is at most 1.
    """
    widths = [0.4 * scale / band for band in BANDS]  # of the Gaussian along the wave
    margin = round(2.8 * max(widths))
    axis = torch.arange(-margin, margin + 1, dtype=torch.float64)
    rows, columns = torch.meshgrid(axis, axis, indexing="ij")
    waves = []
    for band, width in zip(BANDS, widths, strict=True):
        for direction in range(DIRECTIONS):
            angle = math.pi * direction / DIRECTIONS
            along = columns * math.cos(angle) + rows * math.sin(angle)
            aside = rows * math.cos(angle) - columns * math.sin(angle)
            # Twice as long across the wave as along it, which separates directions.
            window = torch.exp(-(along.square() + aside.square() / 4) / (2 * width**2))
            frequency = band * math.pi / scale
            for wave in (torch.cos(frequency * along), torch.sin(frequency * along)):
                wavelet = window * (wave - (window * wave).sum() / window.sum())
                waves.append(wavelet / wavelet.abs().sum())
    wavelets = torch.stack(waves)
    response = torch.fft.fft2(wavelets, s=(64, 64)).abs().square().sum(dim=0)
    return (wavelets / response.max().sqrt()).float()[:, None]


def waves(picture: Tensor, scale: int) -> Tensor:
    """Responses `(N, 2 * CHANNELS, H, W)` of a picture `(N, 1, H, W)`, edges mirrored."""
    wavelets = bank(scale).to(picture.device)
    return F.conv2d(mirrored(picture, wavelets.shape[-1] // 2), wavelets)


def moduli(responses: Tensor) -> Tensor:
    """The moduli `(N, CHANNELS, H, W)` of responses `(N, 2 * CHANNELS, H, W)`."""
    return (responses[:, ::2].square() + responses[:, 1::2].square() + FAINT).sqrt()


def averaged(values: Tensor, scale: int) -> Tensor:
    """Each channel averaged by a Gaussian with sigma of a third of an LR pixel, edges repeated."""
    width = scale / 3
    margin = math.ceil(3 * width)
    axis = torch.arange(-margin, margin + 1, dtype=values.dtype, device=values.device)
    weights = torch.softmax(-axis.square() / (2 * width**2), dim=0)
    count = values.shape[1]
    padded = F.pad(values, (margin,) * 4, mode="replicate")
    for shape in ((1, 1, -1, 1), (1, 1, 1, -1)):
        padded = F.conv2d(padded, weights.view(shape).expand(count, 1, -1, -1), groups=count)
    return padded


def statistics(picture: Tensor, scale: int) -> Tensor:
    """The averaged moduli of a picture `(N, 1, H, W)`: `(N, CHANNELS, H, W)`."""
    return averaged(moduli(waves(picture, scale)), scale)


def slope(picture: Tensor, wanted: Tensor, scale: int) -> Tensor:
    """The gradient of |statistics - wanted|^2 / 2 by the picture, `(N, 1, H, W)`.

    Computed by hand, since automatic gradients are off when a model is scored. It is approximate
    at the edges.
    """
    responses = waves(picture, scale)
    sizes = moduli(responses)
    error = averaged(averaged(sizes, scale) - wanted, scale)
    back = (error / sizes).repeat_interleave(2, dim=1) * responses
    wavelets = bank(scale).to(picture.device)
    return F.conv_transpose2d(back, wavelets, padding=wavelets.shape[-1] // 2)
