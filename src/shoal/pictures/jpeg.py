"""What JPEG makes of a picture, and how strongly a file was compressed."""

import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image

# Chroma at half the size each way, as cameras and the web have it: Pillow's name for 4:2:0.
HALVED = "4:2:0"
# Pixels each way that are compressed together: 8 x 8 of each chroma plane.
UNIT = 16


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
