"""Bicubic resampling as MATLAB's `imresize` does it, and cropping to the scale.

First along the height, then along the width; `taps` says how one axis is resampled. Images are
arrays or tensors.
"""

import math

import numpy as np

from shoal.pictures.arrays import Array, namespace
from shoal.pictures.levels import rounded
from shoal.pictures.taps import MIRRORED, Taps, along, taps, weighted


def crop(image: Array, scale: int) -> Array:
    """Cut `(..., H, W)` at the bottom and the right to multiples of `scale`.

    >>> crop(np.zeros((1, 1, 7, 9)), 3).shape
    (1, 1, 6, 9)
    """
    height, width = image.shape[-2:]
    return image[..., : height - height % scale, : width - width % scale]


def resize(image: Array, height: int, width: int, edges: str = MIRRORED) -> Array:
    """Resample `(N, C, H, W)` to a size; nothing is rounded."""
    return along(along(image, -2, height, edges), -1, width, edges)


def downscale(image: Array, scale: int, edges: str = MIRRORED) -> Array:
    """Shrink `(N, C, H, W)` by an integer; H and W are multiples of it, nothing is rounded.

    Raises:
        ValueError: the height or the width is not a multiple of the scale.
    """
    height, width = image.shape[-2:]
    if height % scale or width % scale:
        raise ValueError(f"{(height, width)} is no multiple of {scale}: crop first")
    return resize(image, height // scale, width // scale, edges)


def upscale(image: Array, scale: int) -> Array:
    """Enlarge `(N, C, H, W)` by an integer; nothing is rounded."""
    if not isinstance(image, np.ndarray) and namespace(image).compiler.is_exporting():
        from shoal.pictures.traced import upscale_any_size

        return upscale_any_size(image, scale)
    return resize(image, image.shape[-2] * scale, image.shape[-1] * scale)


def downscale_integers(
    values: Array, scale: int, largest: int = 255, edges: str = MIRRORED
) -> Array:
    """`downscale` as MATLAB does it for integers: rounded and clipped after *each* pass.

    Args:
        values: float64 `(N, C, H, W)`, integers in 0..largest; H and W multiples of `scale`.
        scale: the factor, an integer >= 2.
        largest: 255 or 65535.
        edges: one of `taps.EDGES`.
    """
    for dim in (-2, -1):
        size = values.shape[dim]
        values = _pass(values, dim, taps(size, size // scale, edges), largest)
    return values


def shrink_integers(values: Array, factor: float, largest: int = 255) -> Array:
    """MATLAB's `imresize(values, factor)`, rounded and clipped after each pass.

    Args:
        values: float64 `(N, C, H, W)`, integers in 0..largest.
        factor: in (0, 1).
        largest: 255 or 65535.

    Returns:
        ceil(factor * H) high and ceil(factor * W) wide.
    """
    for dim in (-2, -1):
        size = values.shape[dim]
        values = _pass(values, dim, taps(size, math.ceil(factor * size), step=1 / factor), largest)
    return values


def _pass(values: Array, dim: int, weights: Taps, largest: int) -> Array:
    return rounded(weighted(values, dim, *weights), largest)
