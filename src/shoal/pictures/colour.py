"""Pixels to levels, luma and chroma, and back.

Pixels are NumPy arrays as they are stored, `(H, W)` for grey and `(H, W, 3)` for RGB, uint8 or
uint16. Levels are float64 tensors `(1, C, H, W)` on the scale 0 to 255, whatever the bit depth.
"""

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

Pixels = NDArray[np.uint8] | NDArray[np.uint16]

# ITU-R BT.601 as MATLAB's rgb2ycbcr has it: rows Y, Cb, Cr; RGB in [0, 1], the result in 0..255.
BT601 = torch.tensor(
    [[65.481, 128.553, 24.966], [-37.797, -74.203, 112.0], [112.0, -93.786, -18.214]],
    dtype=torch.float64,
)
BT601_OFFSET = torch.tensor([16.0, 128.0, 128.0], dtype=torch.float64)


def levels(pixels: NDArray[Any]) -> Tensor:
    """Pixels as float64 levels `(1, C, H, W)` in 0..255, C = 1 or 3.

    >>> levels(np.array([[0, 65535]], np.uint16)).tolist()
    [[[[0.0, 255.0]]]]
    """
    planes = pixels[None] if pixels.ndim == 2 else np.moveaxis(pixels, -1, 0)
    return torch.from_numpy(planes.astype(np.float64) * (255 / largest(pixels.dtype)))[None]


def largest(dtype: np.dtype[Any]) -> int:
    """What white is stored as: 255, 65535, or 1 in floating point."""
    return int(np.iinfo(dtype).max) if dtype.kind == "u" else 1


def ycbcr(rgb: Tensor) -> Tensor:
    """Levels of RGB `(N, 3, H, W)` to Y, Cb, Cr: Y in 16..235, Cb and Cr in 16..240."""
    offset = BT601_OFFSET.to(rgb)[:, None, None]
    return _mixed(BT601.to(rgb) / 255, rgb) + offset


def rgb(ycbcr: Tensor) -> Tensor:
    """The inverse of `ycbcr`, not clipped."""
    matrix = torch.linalg.inv(BT601 / 255).to(ycbcr)
    return _mixed(matrix, ycbcr - BT601_OFFSET.to(ycbcr)[:, None, None])


def _mixed(matrix: Tensor, planes: Tensor) -> Tensor:
    """A 3 x 3 matrix times every pixel of `(N, 3, H, W)`.

    Not a matrix product: in those the last bit of a pixel can depend on the size of its picture,
    and on some processors does.
    """
    first, second, third = planes.unbind(1)
    return torch.stack([a * first + b * second + c * third for a, b, c in matrix], dim=1)


def luma(pixels: Pixels) -> Tensor:
    """Luma `(1, 1, H, W)` in 0..255 levels, not rounded.

    Grey is its own luma, unscaled; RGB, grey stored as RGB too, goes through BT.601.

    >>> luma(np.full((1, 1, 3), 255, np.uint8)).item()
    235.0
    """
    planes = levels(pixels)
    return planes if planes.shape[1] == 1 else ycbcr(planes)[:, :1]


def grey(pixels: Pixels) -> Pixels:
    """RGB turned into the grey, uint8, that it shows; grey as it is.

    >>> grey(np.array([[[255] * 3, [7] * 3]], np.uint8)).tolist()
    [[255, 7]]
    """
    return pixels if pixels.ndim == 2 else to_pixels(grey_levels(levels(pixels)))


def grey_levels(rgb: Tensor) -> Tensor:
    """Levels of RGB `(N, 3, H, W)` to those of the grey that it shows, 0..255, not rounded."""
    return (ycbcr(rgb)[:, :1] - BT601_OFFSET[0]) * 255 / 219


def stored_luma(rgb: Tensor, *, grey: bool) -> Tensor:
    """Luma levels `(N, 1, H, W)` of the 8-bit picture that levels of RGB are stored as.

    Args:
        rgb: not rounded, `(N, 3, H, W)`.
        grey: whether a grey picture is stored, which is its own luma.
    """
    return rounded(grey_levels(rgb)) if grey else ycbcr(rounded(rgb))[:, :1]


def rgb_levels(levels: Tensor) -> Tensor:
    """Levels of RGB as they are; of grey three times, `(N, 3, H, W)`."""
    return levels.expand(-1, 3, -1, -1)


def rounded(levels: Tensor, largest: int = 255) -> Tensor:
    """Levels rounded as MATLAB rounds, halves up, and clipped to 0..largest.

    >>> rounded(torch.tensor([0.5, 2.5, 300.0])).tolist()
    [1.0, 3.0, 255.0]
    """
    return torch.floor(levels + 0.5).clamp(0, largest)


def to_pixels(levels: Tensor) -> NDArray[np.uint8]:
    """Levels `(1, C, H, W)` to uint8 pixels `(H, W)` or `(H, W, 3)`."""
    planes = rounded(levels[0]).to(torch.uint8).cpu().numpy()
    return planes[0] if len(planes) == 1 else np.ascontiguousarray(np.moveaxis(planes, 0, -1))
