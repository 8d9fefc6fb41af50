"""What a picture carries beside its pixels: its orientation, EXIF, a colour profile.

If any of these is damaged it is left out with a note; the picture is still read.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image

TURNED = (5, 6, 7, 8)  # EXIF's orientations that swap width and height
# The TIFF tags that describe the picture, while all others describe the file's layout:
# description, make, model, software, date, artist, host, copyright, EXIF, GPS.
TELLING_TAGS = {270, 271, 272, 305, 306, 315, 316, 33432, 34665, 34853}
SPACE, MAGIC = slice(16, 20), slice(36, 40)  # where a profile holds its colour space and `acsp`
DESCRIBES = {b"RGB ": "RGB", b"GRAY": "grey", b"CMYK": "CMYK", b"Lab ": "Lab"}


def tags(image: Image.Image) -> Image.Exif | None:
    """The EXIF of an image, or all tags of a TIFF file; None if they are damaged."""
    try:
        # The base class's method: PNG's own decodes the picture to find what may follow it.
        found = Image.Image.getexif(image)
        if not len(found) and image.info.get("exif"):
            Image.Exif().load(image.info["exif"])  # raises if opening swallowed an error
        return found
    except Exception:  # damaged EXIF can make Pillow raise anything
        return None


def orientation(tags: Image.Exif | None) -> int:
    """EXIF's orientation, 1 to 8; 1 (upright) if none is given."""
    said = 1 if tags is None else tags.get(ExifTags.Base.Orientation, 1)
    return said if said in range(1, 9) else 1


def upright(pixels: NDArray[Any], orientation: int) -> NDArray[Any]:
    """An array `(H, W)` or `(H, W, C)` turned upright, given its EXIF orientation.

    >>> upright(np.array([[1, 2]]), 6).tolist()
    [[1], [2]]
    """
    if orientation in TURNED:
        pixels = np.swapaxes(pixels, 0, 1)
    if orientation in (3, 4, 7, 8):
        pixels = pixels[::-1]
    if orientation in (2, 3, 6, 7):
        pixels = pixels[:, ::-1]
    return pixels


def exif(tags: Image.Exif | None, *, tiff: bool) -> bytes | None:
    """The EXIF block to keep: all tags but the orientation, for TIFF those of `TELLING_TAGS`.

    Returns:
        The block, empty if no tag is left; None if it is damaged.
    """
    if tags is None:
        return None
    copy = Image.Exif()  # the caller's may still be needed
    try:
        copy.load(tags.tobytes())
        kept = TELLING_TAGS if tiff else set(copy) - {ExifTags.Base.Orientation}
        for tag in set(copy) - kept:
            del copy[tag]
        return copy.tobytes() if len(copy) else b""
    except Exception:  # odd values raise all kinds of errors when they are encoded
        return None


def profile(icc: bytes | None, pixels: NDArray[Any], mode: str) -> tuple[bytes | None, str]:
    """A colour profile if it describes the pixels, else None; and why it was left out, or empty.

    Args:
        icc: the profile.
        pixels: grey or RGB.
        mode: Pillow's mode of what the pixels were converted from.
    """
    if not icc:
        return None, ""
    wanted = b"GRAY" if pixels.ndim == 2 else b"RGB "
    if icc[MAGIC] != b"acsp":
        return None, "the colour profile is damaged and left out"
    if icc[SPACE] == wanted and mode not in ("CMYK", "LAB", "HSV"):
        return icc, ""
    described = DESCRIBES.get(icc[SPACE], "other colours")
    return None, f"the colour profile describes {described} and is left out"
