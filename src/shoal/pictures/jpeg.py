"""What JPEG makes of a picture, and how strongly a file was compressed."""

import io
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

# Chroma at half the size each way, as cameras and the web have it: Pillow's name for 4:2:0.
HALVED = "4:2:0"
# Pixels each way that are compressed together: 8 x 8 of each chroma plane.
UNIT = 16
# Quantisation of luma at a quality of 50, of the JPEG standard's annex K, row by row.
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
    """A picture after it has been a JPEG file, its chroma subsampled (4:2:0).

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
    """How strongly a JPEG file is compressed, by its own table for luma; None of another file.

    Whoever wrote it: the quality whose table of libjpeg's has most nearly the same sum, 1 to 100.

    Args:
        path: of a file; one that can't be read has none.
    """
    try:
        with Image.open(path) as image:
            tables = getattr(image, "quantization", None)
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        return None
    if not tables:
        return None
    coarse = sum(tables[min(tables)])
    return min(range(1, 101), key=lambda quality: abs(_sum(quality) - coarse))


def _sum(quality: int) -> int:
    """The sum of libjpeg's table for luma at a quality."""
    percent = 5000 // quality if quality < 50 else 200 - 2 * quality
    return sum(min(max((step * percent + 50) // 100, 1), 255) for step in LUMA_STEPS)
