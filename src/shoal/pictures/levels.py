"""Pixels to levels and back.

Pixels are NumPy arrays as stored in files: `(H, W)` for grey and `(H, W, 3)` for RGB, uint8 or
uint16. Levels are float64 `(1, C, H, W)` in 0..255 whatever the bit depth: arrays as `planes`
makes them, or tensors as `levels` does.
"""

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from shoal.pictures.arrays import Array, namespace, on_host

if TYPE_CHECKING:
    from torch import Tensor

Pixels = NDArray[np.uint8] | NDArray[np.uint16]


def planes(pixels: NDArray[Any]) -> NDArray[np.float64]:
    """Pixels as levels `(1, C, H, W)` in 0..255, C = 1 or 3.

    >>> planes(np.array([[0, 65535]], np.uint16)).tolist()
    [[[[0.0, 255.0]]]]
    """
    channels = pixels[None] if pixels.ndim == 2 else np.moveaxis(pixels, -1, 0)
    return (channels.astype(np.float64) * (255 / largest(pixels.dtype)))[None]


def levels(pixels: NDArray[Any]) -> "Tensor":
    """`planes` as a tensor."""
    import torch  # here, since enlarging needs no PyTorch

    return torch.from_numpy(planes(pixels))


def largest(dtype: np.dtype[Any]) -> int:
    """The value of white in a dtype: 255, 65535, or 1 in floating point."""
    return int(np.iinfo(dtype).max) if dtype.kind == "u" else 1


def eight_bits(pixels: Pixels) -> NDArray[np.uint8]:
    """Pixels as uint8, rounded.

    >>> eight_bits(np.array([0, 128, 129, 65535], np.uint16)).tolist()
    [0, 0, 1, 255]
    """
    if pixels.dtype == np.uint8:
        return pixels.astype(np.uint8, copy=False)
    return np.floor(pixels.astype(np.float32) / 257 + 0.5).astype(np.uint8)


def rgb_levels(levels: Array) -> Array:
    """Levels of grey repeated to `(N, 3, H, W)`; those of RGB as they are."""
    count, _, height, width = levels.shape
    repeated: Array = namespace(levels).broadcast_to(levels, (count, 3, height, width))
    return repeated


def rounded(levels: Array, largest: int = 255) -> Array:
    """Levels rounded as MATLAB rounds, halves up, and clipped to 0..largest.

    >>> rounded(np.array([0.5, 2.5, 300.0])).tolist()
    [1.0, 3.0, 255.0]
    """
    return namespace(levels).floor(levels + 0.5).clip(0, largest)


def to_pixels(levels: "Tensor | NDArray[Any]") -> NDArray[np.uint8]:
    """Levels `(1, C, H, W)` to uint8 pixels `(H, W)` or `(H, W, 3)`."""
    channels = on_host(rounded(levels[0])).astype(np.uint8)
    return channels[0] if len(channels) == 1 else np.ascontiguousarray(np.moveaxis(channels, 0, -1))
