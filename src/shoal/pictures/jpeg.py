"""What JPEG makes of a picture, and how strongly a file was compressed."""

import io
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from PIL.JpegImagePlugin import JpegImageFile

from shoal.system import regular

# Pillow's name for chroma at half the size each way, as cameras and the web store it.
HALVED = "4:2:0"
# Side in pixels of what is compressed together: a block of 8 x 8 of each halved chroma plane.
UNIT = 16
# Quantisation of luma at a quality of 50, row by row, from annex K of the JPEG standard.
LUMA_STEPS = (
    *(16, 11, 10, 16, 24, 40, 51, 61),
    *(12, 12, 14, 19, 26, 58, 60, 55),
    *(14, 13, 16, 24, 40, 57, 69, 56),
    *(14, 17, 22, 29, 51, 87, 80, 62),
    *(18, 22, 37, 56, 68, 109, 103, 77),
    *(24, 35, 55, 64, 81, 104, 113, 92),
    *(49, 64, 78, 87, 103, 121, 120, 101),
    *(72, 92, 95, 98, 112, 100, 103, 99),
)


def compressed(pixels: NDArray[np.uint8], quality: int) -> NDArray[np.uint8]:
    """A picture as it is after JPEG compression, with chroma subsampled (4:2:0).

    Args:
        pixels: `(H, W)` grey or `(H, W, 3)` RGB, uint8.
        quality: 1 to 100, as libjpeg counts.

    Returns:
        The same shape and type.
    """
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "JPEG", quality=quality, subsampling=HALVED)
    with Image.open(file) as image:
        return np.asarray(image)


def quality(path: Path) -> int | None:
    """The quality that a JPEG file was compressed with, 1 to 100, estimated from its luma table.

    That of libjpeg's qualities whose table has most nearly the same sum, whatever program wrote
    the file.

    Args:
        path: of any file. The quality is None if it is no JPEG, or can't be read.
    """
    try:
        with regular.opened(path) as file:
            # Not by Image.open, which refuses pictures above Pillow's own limit of size.
            tables = JpegImageFile(file).quantization
    except (OSError, SyntaxError, ValueError):
        return None
    if not tables:
        return None
    coarse = sum(tables[min(tables)])
    return min(range(1, 101), key=lambda quality: abs(_sum(quality) - coarse))


def _sum(quality: int) -> int:
    """The sum of libjpeg's table for luma at a quality."""
    percent = 5000 // quality if quality < 50 else 200 - 2 * quality
    return sum(min(max((step * percent + 50) // 100, 1), 255) for step in LUMA_STEPS)
