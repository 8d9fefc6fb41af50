"""The lowest quality at which an enlarged picture can be saved as JPEG without visible loss."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from shoal.pictures.jpeg import HALVED, UNIT, compressed

NOISE = 2.0  # levels, root mean square: an error that isn't seen
LEAST, MOST = 60, 97  # qualities
SIDE, ACROSS = 256, 3  # side of the parts that are tried, in pixels, and their number each way


def options(pixels: NDArray[np.uint8]) -> dict[str, Any]:
    """Options of Pillow's writer for the lowest quality without visible loss.

    Chroma is halved, since it was enlarged by at least as much.

    Args:
        pixels: of an enlarged picture, `(H, W)` or `(H, W, 3)`, uint8.
    """
    part = _parts(pixels)
    low, high = LEAST, MOST
    while low < high:
        quality = (low + high) // 2
        low, high = (low, quality) if _noise(part, quality) <= NOISE else (quality + 1, high)
    return {"quality": low, "subsampling": HALVED, "optimize": True}


def _parts(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Parts spread over a picture, put together: trying all of a large one takes seconds."""
    height, width = pixels.shape[:2]
    if max(height, width) <= SIDE * ACROSS:
        return pixels
    rows, columns = (
        np.concatenate([np.arange(first, min(first + SIDE, size)) for first in _starts(size)])
        for size in (height, width)
    )
    return np.ascontiguousarray(pixels[rows][:, columns])


def _starts(size: int) -> list[int]:
    if size <= SIDE * ACROSS:
        return [0, SIDE, 2 * SIDE][: -(-size // SIDE)]
    # On the borders of JPEG's blocks, so that no block mixes two parts.
    return [number * (size - SIDE) // (ACROSS - 1) // UNIT * UNIT for number in range(ACROSS)]


def _noise(pixels: NDArray[np.uint8], quality: int) -> float:
    """The root mean square error, in levels, that JPEG makes at a quality."""
    off = compressed(pixels, quality).astype(np.float32) - pixels
    return float(np.sqrt(np.square(off).mean()))
