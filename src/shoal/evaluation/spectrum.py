"""How a branch's energy lies about the Nyquist frequency of the LR grid.

The paper says that the shallow branch carries the picture and the deep one its high frequencies;
these are the figures that say whether it is so.
"""

import torch
from torch import Tensor


def low_band(image: Tensor, scale: int) -> Tensor:
    """The part of `(N, 1, H, W)` that the LR grid can hold: |fx| and |fy| below 1 / (2 scale).

    Frequencies are in cycles per HR pixel, of the image with its mean removed.
    """
    spectrum = torch.fft.rfft2(image - image.mean(dim=(-2, -1), keepdim=True))
    fy = torch.fft.fftfreq(image.shape[-2], device=image.device).abs() < 1 / (2 * scale)
    fx = torch.fft.rfftfreq(image.shape[-1], device=image.device).abs() < 1 / (2 * scale)
    return torch.fft.irfft2(spectrum * (fy[:, None] & fx), s=image.shape[-2:])


def energies(image: Tensor, scale: int) -> tuple[Tensor, Tensor]:
    """Mean square below and above the LR grid's Nyquist frequency, `(N,)` each; means removed."""
    centred = image - image.mean(dim=(-2, -1), keepdim=True)
    low = low_band(image, scale)
    return low.square().mean(dim=(1, 2, 3)), (centred - low).square().mean(dim=(1, 2, 3))


def low_correlation(image: Tensor, hr: Tensor, scale: int) -> Tensor:
    """Correlation `(N,)` of two images' low bands; 0 where one of them is flat."""
    a, b = low_band(image, scale).flatten(1), low_band(hr, scale).flatten(1)
    norm = (a.square().sum(1) * b.square().sum(1)).sqrt()
    return torch.where(norm > 0, (a * b).sum(1) / norm.clamp_min(1e-30), torch.zeros_like(norm))
