"""PSNR and SSIM as the super-resolution literature takes them.

Pure functions on pairs of luma planes in levels (0..255). Rounding and shaving are the protocol's,
not the metric's.
"""

import torch
from torch import Tensor

from shoal.errors import UserError

PEAK = 255.0
WINDOW, SIGMA = 11, 1.5  # Wang et al. 2004
C1, C2 = (0.01 * PEAK) ** 2, (0.03 * PEAK) ** 2


def psnr(sr: Tensor, hr: Tensor) -> Tensor:
    """Peak signal-to-noise ratio in dB of each image.

    Args:
        sr: levels in 0..255, `(N, 1, H, W)`.
        hr: the same shape.

    Returns:
        `(N,)` in float64; infinite where the two are equal.

    >>> psnr(torch.zeros(1, 1, 2, 2), torch.full((1, 1, 2, 2), 25.5)).item()
    20.0
    """
    error = (sr.double() - hr.double()).square().mean(dim=(1, 2, 3))
    return 10 * torch.log10(PEAK**2 / error)


def ssim(sr: Tensor, hr: Tensor) -> Tensor:
    """Structural similarity of each image (Wang et al. 2004).

    An 11 x 11 Gaussian window, sigma 1.5, K = 0.01 and 0.03; only windows wholly inside count.

    Args:
        sr: levels in 0..255, `(N, 1, H, W)`, at least 11 x 11.
        hr: the same shape.

    Returns:
        `(N,)` in float64, at most 1.

    Raises:
        UserError: the picture is smaller than the window.
    """
    if min(sr.shape[-2:]) < WINDOW:
        height, width = sr.shape[-2:]
        raise UserError(f"SSIM needs {WINDOW} x {WINDOW} pixels, not {width} x {height}")
    x, y = sr.double(), hr.double()
    # Map by map: blurred all at once they would not fit into the CPU's cache.
    mean_x, mean_y = blurred(x), blurred(y)
    square, product = blurred(x * x + y * y), blurred(x * y)
    means, mean_squares = mean_x * mean_y, mean_x * mean_x + mean_y * mean_y
    structure = (2 * (product - means) + C2) / (square - mean_squares + C2)
    return ((2 * means + C1) / (mean_squares + C1) * structure).mean(dim=(1, 2, 3))


def window() -> Tensor:
    """The Gaussian window's one-dimensional factor, `(11,)`, symmetric, summing to 1."""
    x = torch.arange(WINDOW, dtype=torch.float64) - WINDOW // 2
    weights = torch.exp(-x.square() / (2 * SIGMA**2))
    return weights / weights.sum()


def blurred(image: Tensor) -> Tensor:
    """Images `(..., H, W)` averaged by the Gaussian window, `(..., H - 10, W - 10)`.

    Computed as sums of shifted images: a convolution in float64 takes PyTorch fifteen times longer.
    """
    for dim in (-2, -1):
        image = _blurred_along(image, dim)
    return image


def _blurred_along(image: Tensor, dim: int) -> Tensor:
    length = image.shape[dim] - WINDOW + 1
    shifted = [image.narrow(dim, shift, length) for shift in range(WINDOW)]
    *sides, middle = window().tolist()[: WINDOW // 2 + 1]
    total = shifted[WINDOW // 2] * middle
    for shift, weight in enumerate(sides):
        total.add_(shifted[shift] + shifted[-1 - shift], alpha=weight)
    return total
