"""A decoded picture, and how picture files and Pillow's images become one."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from PIL import Image

from shoal.errors import UserError
from shoal.pictures import metadata, modes
from shoal.pictures.levels import Pixels
from shoal.pictures.limits import SeveralPictures
from shoal.pictures.opening import opened
from shoal.pictures.source import Source
from shoal.system.files import asked_for


@dataclass(frozen=True)
class Picture:
    """A decoded picture, upright.

    Attributes:
        pixels: `(H, W)` grey or `(H, W, 3)` RGB; uint8 or uint16.
        alpha: `(H, W)` of the same type, or None where the file has no transparency; colours are
            not multiplied by it.
        icc: the colour profile, which describes the pixels, or None.
        exif: the EXIF block without the orientation, which has been applied; or empty.
        tones: PNG's chunks gAMA, cHRM, sRGB and cICP by name, which say how to show the levels.
        notes: what of the file was left out, and why.
    """

    pixels: Pixels
    alpha: Pixels | None = None
    icc: bytes | None = None
    exif: bytes = field(default=b"", repr=False)
    tones: Mapping[bytes, bytes] = field(default_factory=dict, repr=False)
    notes: tuple[str, ...] = ()


def read(path: Path) -> Picture:
    """Decode one picture file.

    Args:
        path: of a file in a format of `finding.READ`, whatever its suffix: 8 or 16 bits, grey,
            palette, RGB, CMYK, with or without opacity, any EXIF orientation. Of a file that also
            holds a smaller copy or another view, the first full picture is read.

    Raises:
        UserError: the file is missing, no picture, cut short, animated, in floating point, above
            the limit of size, or stored in a way that is not known to be read correctly.
    """
    with opened(path) as source:
        return _picture(source)


def size(path: Path) -> tuple[int, int]:
    """Width and height of a picture file, upright, from its header alone.

    Raises:
        UserError: the header alone makes `read` refuse the file.
    """
    with opened(path) as source:
        width, height = source.size
        return (height, width) if source.orientation in metadata.TURNED else (width, height)


def is_several(path: Path) -> bool:
    """Whether a file holds an animation or several pages, and is refused for that."""
    try:
        size(path)
    except SeveralPictures:
        return True
    except UserError:
        return False  # refused for another reason, which reading it tells
    return False


def decode(image: Image.Image) -> Picture:
    """A Pillow image as a picture, upright; its file may still be open, or be closed.

    Raises:
        UserError: it has no pixels, or a mode that holds no picture.
    """
    if 0 in image.size:
        width, height = image.size
        raise UserError(f"an image of {width} x {height} pixels: there is nothing in it")
    pixels, alpha = modes.decoded(image)
    tags = metadata.tags(image)  # after decoding, in which Pillow applies TIFF's orientation
    return _picture(
        Source(
            image.size,
            lambda: (pixels, alpha),
            image.mode,
            metadata.orientation(tags),
            image.info.get("icc_profile"),
            tags,
            is_tiff=image.format == "TIFF",
        )
    )


def _picture(source: Source) -> Picture:
    exif = metadata.exif(source.tags, tiff=source.is_tiff)  # while the file is open
    pixels, alpha = source.decode()
    icc, word = metadata.profile(source.icc, pixels, source.mode)
    words = [word] if word else []
    if exif is None:
        words.append("EXIF is damaged and left out")
    return Picture(
        _upright(pixels, source),
        None if alpha is None else _upright(alpha, source),
        icc,
        exif or b"",
        source.tones,
        (*source.notes, *words),
    )


def _upright(pixels: Pixels, source: Source) -> Pixels:
    turned: Pixels = np.ascontiguousarray(metadata.upright(pixels, source.orientation))
    return turned


def write_png(path: Path, pixels: Pixels) -> None:
    """Write 8-bit pixels, or grey ones of 16 bits, as a PNG that appears whole or not at all.

    Raises:
        UserError: it can't be written.
    """
    with asked_for(path) as file:
        Image.fromarray(pixels).save(file, format="PNG")
