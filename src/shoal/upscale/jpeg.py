"""How much a JPEG may be compressed before it is another picture."""

import io
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from shoal.pictures.levels import Pixels

NOISE = 2.0  # levels, root mean square: what nobody sees beside the picture itself
LEAST, MOST = 60, 97  # qualities
SIDE, ACROSS = 256, 3  # of the parts that are tried, and how many there are each way
# Chroma is enlarged at least as much as it is halved.
HALVED = "4:2:0"


def options(pixels: Pixels) -> dict[str, Any]:
    """Options of Pillow's writer: the least quality whose noise nobody sees.

    Args:
        pixels: of an enlarged picture, `(H, W)` or `(H, W, 3)`, uint8.
    """
    part = _parts(pixels)
    low, high = LEAST, MOST
    while low < high:
        quality = (low + high) // 2
        low, high = (low, quality) if _noise(part, quality) <= NOISE else (quality + 1, high)
    return {"quality": low, "subsampling": HALVED, "optimize": True}


def _parts(pixels: Pixels) -> Pixels:
    """Parts spread over the picture, as one: to try all of a large one takes seconds."""
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
    # On the borders of blocks, so that no block has two parts.
    return [number * (size - SIDE) // (ACROSS - 1) // 16 * 16 for number in range(ACROSS)]


def _noise(pixels: Pixels, quality: int) -> float:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "JPEG", quality=quality, subsampling=HALVED)
    with Image.open(file) as image:
        off: NDArray[np.float32] = np.asarray(image, np.float32) - pixels
    return float(np.sqrt(np.square(off).mean()))
