"""Bicubic resampling as MATLAB's `imresize` does it, and cropping to the scale.

Cubic kernel with a = -0.5 (Keys 1981), stretched by the scale when shrinking (antialiasing), first
along the height, then along the width. Beyond its edges a picture is mirrored, its edge pixel
first; an older MATLAB, which LR pictures published in 2015 come from, repeats the edge pixel.
Images are arrays or tensors.
"""

import math
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shoal.pictures.arrays import Array, beside, in_training, like, namespace, take
from shoal.pictures.kernel import cubic
from shoal.pictures.levels import rounded

MIRRORED, REPEATED = "mirrored", "repeated"
EDGES = (MIRRORED, REPEATED)
Taps = tuple[NDArray[np.float64], NDArray[np.int64]]

# Weights and indices that training needs on its device, each brought there once: bringing them
# makes a step wait, and no graph can hold it. For good, since a graph reads them where they are.
# They are few: a batch has always the same size.
_there: dict[tuple[Any, ...], tuple[Any, Any]] = {}


def crop(image: Array, scale: int) -> Array:
    """Cut `(..., H, W)` at the bottom and the right to multiples of `scale`.

    >>> crop(np.zeros((1, 1, 7, 9)), 3).shape
    (1, 1, 6, 9)
    """
    height, width = image.shape[-2:]
    return image[..., : height - height % scale, : width - width % scale]


@lru_cache(maxsize=256)
def taps(size: int, out: int, edges: str = MIRRORED, step: float | None = None) -> Taps:
    """Weights and source indices of one axis.

    Args:
        size: length of the source axis.
        out: the length that it gets.
        edges: one of `EDGES`, what lies beyond them.
        step: source pixels from one output pixel to the next; None: size / out.

    Returns:
        Two arrays `(taps, out)`: float64 weights, which sum to 1 for each output, and indices.
    """
    step = step or size / out
    stretch = max(1.0, step)
    centre = (np.arange(out) + 0.5) * step - 0.5
    first = np.floor(centre - 2 * stretch).astype(np.int64)
    source = first[None] + np.arange(int(np.ceil(4 * stretch)) + 2)[:, None]
    weights = cubic((centre[None] - source) / stretch)
    weights /= weights.sum(axis=0)
    used = np.any(weights != 0, axis=1)
    if edges == REPEATED:
        return weights[used], source.clip(0, size - 1)[used]
    # Mirrored with the edge repeated: ... 1 0 | 0 1 ... n-1 | n-1 n-2 ..., with period 2n.
    folded = source % (2 * size)
    mirrored = np.where(folded < size, folded, 2 * size - 1 - folded)
    return weights[used], mirrored[used]


def _along(image: Array, dim: int, out: int, edges: str = MIRRORED) -> Array:
    size = image.shape[dim]
    if out == size:
        return image
    if not in_training(image):
        return weighted(image, dim, *taps(size, out, edges))
    key = (size, out, edges, image.dtype, image.device)
    if key not in _there:
        weights, indices = taps(size, out, edges)
        _there[key] = like(weights, image), beside(indices, image)
    return _summed(image, dim, *_there[key])


def weighted(
    image: Array, dim: int, weights: NDArray[np.float64], indices: NDArray[np.int64]
) -> Array:
    """Sums along a dimension of `(..., H, W)`, with the weights and indices of `taps`."""
    return _summed(image, dim, like(weights, image), beside(indices, image))


def _summed(image: Array, dim: int, weights: Array, indices: Array) -> Array:
    """The same of weights of the image's kind, type and device, and of indices beside it."""
    shape = [-1 if axis == dim % image.ndim else 1 for axis in range(image.ndim)]
    terms = (
        weight.reshape(shape) * take(image, index, dim)
        for weight, index in zip(weights, indices, strict=True)
    )
    total = next(terms)
    for term in terms:
        total += term
    return total


def resize(image: Array, height: int, width: int, edges: str = MIRRORED) -> Array:
    """Shrink or enlarge `(N, C, H, W)` to a size, nothing rounded; at its own size it stays."""
    return _along(_along(image, -2, height, edges), -1, width, edges)


def downscale(image: Array, scale: int, edges: str = MIRRORED) -> Array:
    """Shrink `(N, C, H, W)` by an integer, nothing rounded; H and W are multiples of `scale`.

    Raises:
        ValueError: the height or the width is not a multiple of the scale.
    """
    height, width = image.shape[-2:]
    if height % scale or width % scale:
        raise ValueError(f"{(height, width)} is no multiple of {scale}: crop first")
    return resize(image, height // scale, width // scale, edges)


def upscale(image: Array, scale: int) -> Array:
    """Enlarge `(N, C, H, W)` to exactly `scale` times the size, nothing rounded."""
    if not isinstance(image, np.ndarray) and namespace(image).compiler.is_exporting():
        from shoal.pictures.traced import upscale_any_size

        return upscale_any_size(image, scale)
    return resize(image, image.shape[-2] * scale, image.shape[-1] * scale)


def downscale_integers(
    values: Array, scale: int, largest: int = 255, edges: str = MIRRORED
) -> Array:
    """What MATLAB gives for a uint8 or uint16 picture: rounded and clipped after *each* pass.

    Args:
        values: float64 `(N, C, H, W)`, integers in 0..largest; H and W multiples of `scale`.
        scale: the factor, an integer >= 2.
        largest: 255 or 65535.
        edges: one of `EDGES`.
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
