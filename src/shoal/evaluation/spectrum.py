"""How a branch's energy lies about the Nyquist frequency of the LR grid.

The paper says that the shallow branch carries the picture and the deep one its high frequencies;
these are the figures that say whether it is so.
"""

from dataclasses import dataclass
from typing import Self

import torch
from torch import Tensor

FLAT = 1e-24  # mean square of what rounding alone leaves of a constant, in float64


@dataclass(frozen=True)
class Spectrum:
    """The frequencies of images, in float64, with their means removed.

    By Parseval a mean over frequencies is one over pixels, so that nothing is transformed back.

    Attributes:
        values: `(N, 1, H, W // 2 + 1)`, complex; their squares add up to the mean square of pixels.
        low: `(H, W // 2 + 1)`: what the LR grid can hold, |fx| and |fy| below 1 / (2 scale) cycles
            per HR pixel.
    """

    values: Tensor
    low: Tensor

    @classmethod
    def of(cls, image: Tensor, scale: int) -> Self:
        """The spectrum of `(N, 1, H, W)`."""
        height, width = image.shape[-2:]
        image = image.double()
        values = torch.fft.rfft2(image - image.mean(dim=(-2, -1), keepdim=True), norm="forward")
        # Of a real image half the columns are kept: the others are these, mirrored.
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
        """Correlation `(N,)` of two images' low bands; 0 where one of them is flat."""
        mine, theirs = self.energies()[0], other.energies()[0]
        product = _sum((self.values * other.values.conj()).real * self.low)
        found = product / (mine * theirs).sqrt().clamp_min(FLAT)
        return torch.where((mine > FLAT) & (theirs > FLAT), found, torch.zeros_like(found))


def _sum(values: Tensor) -> Tensor:
    return values.sum(dim=(1, 2, 3))
