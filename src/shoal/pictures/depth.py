"""The bit depth of JPEG 2000 and AVIF files, of which Pillow keeps 8 bits, or 16 of grey."""

import re
from typing import BinaryIO

import numpy as np
from PIL import Image

from shoal.pictures.levels import Pixels
from shoal.pictures.modes import decoded

HEAD = 1 << 16  # bytes at the start of a file within which both state their depth
CODESTREAM = b"\xff\x4f\xff\x51"  # JPEG 2000 (ISO/IEC 15444-1): SOC and SIZ
FIRST = 38  # offset, after the markers, of the byte with the first channel's depth
PIXI = re.compile(rb"pixi\0{4}([\1-\4])(.)", re.DOTALL)  # HEIF's box of bits per channel


def bits(file: BinaryIO, head: bytes) -> int:
    """Bits per sample of the first channel; 8 for any other kind of file.

    Args:
        file: open; its position is kept.
        head: the file's first 12 bytes or more.
    """
    is_avif = head[4:8] == b"ftyp" and head[8:12] in (b"avif", b"avis", b"mif1")
    is_2000 = head.startswith(CODESTREAM) or head[4:8] == b"jP  "
    if not (is_avif or is_2000):
        return 8
    place = file.tell()
    file.seek(0)
    start = file.read(HEAD)
    file.seek(place)
    if is_avif:
        found = PIXI.search(start)
        return found[2][0] if found else 8
    _, marker, siz = start.partition(CODESTREAM)
    return (siz[FIRST] & 0x7F) + 1 if marker and len(siz) > FIRST else 8


def spread(image: Image.Image, bits: int) -> tuple[Pixels, Pixels | None]:
    """Pixels and opacity of 9- to 16-bit grey, scaled so that white is 65535.

    Pillow shifts the samples of JPEG 2000 to the left instead, which leaves white below that.
    """
    pixels, alpha = decoded(image)
    if image.format != "JPEG2000" or bits >= 16:
        return pixels, alpha
    most = 2**bits - 1
    values = (pixels >> (16 - bits)).astype(np.uint32)
    return ((values * 65535 + most // 2) // most).astype(np.uint16), alpha
