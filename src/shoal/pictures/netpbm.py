"""PPM and PGM of more than 8 bits, which Pillow cuts to 8 or reads pixel by pixel."""

import re
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image

COMMENT = re.compile(rb"#[^\r\n]*")
BINARY, PLAIN = "ppm", "ppm_plain"


def is_deep(image: Image.Image) -> bool:
    """Whether an image opened and not yet decoded is PPM or PGM of more than 8 bits."""
    tiles: list[Any] = getattr(image, "tile", [])
    return bool(tiles) and tiles[0].codec_name in (BINARY, PLAIN) and tiles[0].args[-1] > 255


def samples(image: Image.Image, file: BinaryIO) -> NDArray[np.uint16]:
    """The samples, `(H, W)` or `(H, W, 3)`, scaled so that the file's largest value is 65535.

    Raises:
        ValueError: samples are missing or out of range.
    """
    tile = image.tile[0]  # type: ignore[attr-defined]
    largest, channels = tile.args[-1], 3 if image.mode == "RGB" else 1
    count = image.width * image.height * channels
    file.seek(tile.offset)
    if tile.codec_name == BINARY:
        values = np.frombuffer(file.read(2 * count), ">u2", count)
    else:
        words = COMMENT.sub(b"", file.read()).split(maxsplit=count)[:count]
        values = np.array(words, np.int64)
    if len(values) < count or values.min() < 0 or values.max() > largest:
        raise ValueError("it ends too soon, or holds values above its own maximum")
    scaled = ((values.astype(np.uint64) * 65535 + largest // 2) // largest).astype(np.uint16)
    return scaled.reshape((image.height, image.width, 3)[: 3 if channels == 3 else 2])
