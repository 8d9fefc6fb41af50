"""How a branch's energy is spread over frequencies below and above LR's Nyquist frequency.

The paper says that the shallow branch carries the picture and the deep branch its high
frequencies; these figures test that.
"""

from dataclasses import dataclass
from typing import Self

import torch
from torch import Tensor

FLAT = 1e-24  # mean square below which an image is constant up to rounding in float64


@dataclass(frozen=True)
class Spectrum:
    """The Fourier transform of images less their means, in float64.

    By Parseval's theorem sums over frequencies are means over pixels, so that nothing is
    transformed back.

    Attributes:
        values: `(N, 1, H, W // 2 + 1)`, complex; the squared moduli of an image add up to the mean
            square of its pixels.
        low: `(H, W // 2 + 1)`: whether the LR grid can hold a frequency, that is, |fx| and |fy| are
            below 1 / (2 scale) cycles per HR pixel.
    """

    values: Tensor
    low: Tensor

    @classmethod
    def of(cls, image: Tensor, scale: int) -> Self:
        """The spectrum of `(N, 1, H, W)`."""
        height, width = image.shape[-2:]
        image = image.double()
        values = torch.fft.rfft2(image - image.mean(dim=(-2, -1), keepdim=True), norm="forward")
        # A real image's transform holds half the columns; most of them stand for two.
        columns = torch.arange(values.shape[-1], device=image.device)
        alone = (columns == 0) | (2 * columns == width)
        values = values * torch.where(alone, 1.0, 2.0).to(image).sqrt()
        fy = torch.fft.fftfreq(height, device=image.device).abs() < 1 / (2 * scale)
        fx = torch.fft.rfftfreq(width, device=image.device).abs() < 1 / (2 * scale)
        return cls(values, fy[:, None] & fx)

    def energies(self) -> tuple[Tensor, Tensor]:
        """Mean square below and above the LR grid's Nyquist frequency, `(N,)` each."""
        power = self.values.abs().square()
        return _sum(power * self.low), _sum(power * ~self.low)

    def low_correlation(self, other: Self) -> Tensor:
        """Correlation `(N,)` of the low frequencies of two images; 0 where one has none."""
        mine, theirs = self.energies()[0], other.energies()[0]
        product = _sum((self.values * other.values.conj()).real * self.low)
        found = product / (mine * theirs).sqrt().clamp_min(FLAT)
        return torch.where((mine > FLAT) & (theirs > FLAT), found, torch.zeros_like(found))


def _sum(values: Tensor) -> Tensor:
    return values.sum(dim=(1, 2, 3))
