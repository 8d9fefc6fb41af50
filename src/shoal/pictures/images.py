"""Picture files to pixels and back: what is read, and what is refused."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from PIL import Image

from shoal.errors import UserError
from shoal.pictures import metadata, modes
from shoal.pictures.levels import Pixels
from shoal.pictures.limits import SeveralPictures
from shoal.pictures.opening import Source, opened
from shoal.system.files import asked_for


@dataclass(frozen=True)
class Picture:
    """A decoded picture, upright.

    Attributes:
        pixels: `(H, W)` grey or `(H, W, 3)` RGB; uint8 or uint16.
        alpha: `(H, W)` of the same type, or None where the file has no transparency; colours are
            not multiplied by it.
        icc: the colour profile, which describes the pixels, or None.
        exif: EXIF block without the orientation (it has been applied), or empty.
        tones: PNG's chunks gAMA, cHRM, sRGB and cICP, by their names: how levels are to be shown.
        notes: what of the file is left out, and why.
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
        path: 8- or 16-bit, grey, palette, RGBA, CMYK, any EXIF orientation, of a kind in
            `finding.READ`, however it is called. Where a file holds the picture again, smaller or
            from another angle, the first whole one is meant.

    Raises:
        UserError: the file is missing, no picture, cut short, animated, in floating point, larger
            than the limit, or stores what isn't known to be read right.
    """
    with opened(path) as source:
        return _picture(source)


def size(path: Path) -> tuple[int, int]:
    """Width and height of a picture file as it is shown, by its header alone.

    Raises:
        UserError: the header says what `read` refuses.
    """
    with opened(path) as source:
        width, height = source.size
        return (height, width) if source.orientation in metadata.TURNED else (width, height)


def is_several(path: Path) -> bool:
    """Whether a file is refused since it holds an animation or several pages."""
    try:
        size(path)
    except SeveralPictures:
        return True
    except UserError:
        return False  # of something else, which reading it says
    return False


def decode(image: Image.Image) -> Picture:
    """The pixels of a Pillow image, upright; its file may be open still or long closed.

    Raises:
        UserError: its mode is none of a picture.
    """
    pixels, alpha = modes.decoded(image)
    tags = metadata.tags(image)  # once it is decoded: Pillow turns TIFF by itself
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
