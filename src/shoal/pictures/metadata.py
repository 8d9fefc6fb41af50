"""What a picture carries beside its pixels: how it lies, EXIF, a colour profile.

None of it makes a good picture a bad one: what is damaged is left out, and said.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image

TURNED = (5, 6, 7, 8)  # EXIF's orientations that lay a picture on its side
# Of a TIFF file's tags those that speak of the picture; the others say how the file is laid out.
# Description, make, model, software, date, artist, host, copyright, EXIF, GPS.
TELLING_TAGS = {270, 271, 272, 305, 306, 315, 316, 33432, 34665, 34853}
SPACE, MAGIC = slice(16, 20), slice(36, 40)  # in a profile: what it describes, and that it is one
DESCRIBES = {b"RGB ": "RGB", b"GRAY": "grey", b"CMYK": "CMYK", b"Lab ": "Lab"}


def tags(image: Image.Image) -> Image.Exif | None:
    """Its EXIF, of TIFF all its tags; None where it is damaged."""
    try:
        # The base class's: that of a PNG decodes the picture for what may come behind it.
        found = Image.Image.getexif(image)
        if not len(found) and image.info.get("exif"):  # it may have failed before, unheard
            Image.Exif().load(image.info["exif"])
        return found
    except Exception:  # damaged EXIF can make Pillow raise anything
        return None


def orientation(tags: Image.Exif | None) -> int:
    """EXIF's orientation, 1 to 8; 1 where nothing says another."""
    said = 1 if tags is None else tags.get(ExifTags.Base.Orientation, 1)
    return said if said in range(1, 9) else 1


def upright(pixels: NDArray[Any], orientation: int) -> NDArray[Any]:
    """`(H, W)` or `(H, W, C)` turned and mirrored as an orientation says.

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
    """An EXIF block without the orientation, or empty; of TIFF, what speaks of the picture.

    None where it is damaged.
    """
    if tags is None:
        return None
    copy = Image.Exif()  # the picture's own may still be needed
    try:
        copy.load(tags.tobytes())
        kept = TELLING_TAGS if tiff else set(copy) - {ExifTags.Base.Orientation}
        for tag in set(copy) - kept:
            del copy[tag]
        return copy.tobytes() if len(copy) else b""
    except Exception:  # what is odd in it shows when it is put together
        return None


def profile(icc: bytes | None, pixels: NDArray[Any], mode: str) -> tuple[bytes | None, str]:
    """A colour profile that describes the pixels, or None; and why it is left out, or empty.

    Args:
        icc: the profile.
        pixels: grey or RGB.
        mode: Pillow's, of what they were turned from.
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
