"""One axis of a picture resampled, as MATLAB's `imresize` does it: weights, and sums of pixels.

The kernel is cubic with a = -0.5 (Keys 1981), stretched when shrinking (antialiasing). Beyond its
edges a picture is mirrored, the edge pixel first. An older MATLAB, which LR pictures published in
2015 come from, repeats the edge pixel instead.
"""

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shoal.pictures.arrays import Array, beside, in_training, like, take
from shoal.pictures.kernel import cubic

MIRRORED, REPEATED = "mirrored", "repeated"
EDGES = (MIRRORED, REPEATED)
Taps = tuple[NDArray[np.float64], NDArray[np.int64]]

# Weights and indices that training steps use, by what they depend on. Each is copied to the device
# once: a copy makes a step wait, and a captured graph can't hold one. They are kept for good, since
# a graph reads them where they are; they are few, since all batches have the same size.
_on_device: dict[tuple[Any, ...], tuple[Any, Any]] = {}


@lru_cache(maxsize=256)
def taps(size: int, out: int, edges: str = MIRRORED, step: float | None = None) -> Taps:
    """Weights and source indices of one axis.

    Args:
        size: length of the source axis.
        out: length of the resampled axis.
        edges: one of `EDGES`: what a picture is taken to hold beyond its edges.
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


def along(image: Array, dim: int, out: int, edges: str = MIRRORED) -> Array:
    """Resample a dimension of an image to a length; an image of that length is returned."""
    size = image.shape[dim]
    if out == size:
        return image
    if not in_training(image):
        return weighted(image, dim, *taps(size, out, edges))
    key = (size, out, edges, image.dtype, image.device)
    if key not in _on_device:
        weights, indices = taps(size, out, edges)
        _on_device[key] = like(weights, image), beside(indices, image)
    return _summed(image, dim, *_on_device[key])


def weighted(
    image: Array, dim: int, weights: NDArray[np.float64], indices: NDArray[np.int64]
) -> Array:
    """Weighted sums along a dimension of `(..., H, W)`, as `taps` has them.

    Args:
        image: an array or a tensor.
        dim: the dimension to resample.
        weights: `(taps, out)`.
        indices: `(taps, out)`.
    """
    return _summed(image, dim, like(weights, image), beside(indices, image))


def _summed(image: Array, dim: int, weights: Array, indices: Array) -> Array:
    """As `weighted`, with weights and indices that are arrays or tensors like the image."""
    shape = [-1 if axis == dim % image.ndim else 1 for axis in range(image.ndim)]
    terms = (
        weight.reshape(shape) * take(image, index, dim)
        for weight, index in zip(weights, indices, strict=True)
    )
    total = next(terms)
    for term in terms:
        total += term
    return total
