"""The formats that pictures are written in, and what each can hold."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ANY = 1 << 31  # bytes: as many as there may be
# Segments of JPEG hold 65,533 bytes: EXIF takes one, a profile up to 255 with 14 bytes of numbers.
JPEG_SIDE = 255 * 65519, 65533


@dataclass(frozen=True)
class Format:
    """One kind of picture file.

    Attributes:
        name: Pillow's.
        suffixes: of file names, the usual one first.
        deep: whether it holds 16 bits.
        alpha: whether it holds transparency.
        side: the largest colour profile and EXIF block that it holds, in bytes.
        options: of Pillow's writer.
    """

    name: str
    suffixes: tuple[str, ...]
    deep: bool = False
    alpha: bool = True
    side: tuple[int, int] = (ANY, ANY)
    options: Mapping[str, Any] = field(default_factory=dict)


FORMATS = {
    "png": Format("PNG", (".png",), deep=True),
    "jpg": Format(
        "JPEG",
        (".jpg", ".jpeg", ".jpe", ".jfif"),
        alpha=False,
        side=JPEG_SIDE,
        options={"quality": 95, "subsampling": 0},
    ),
    "webp": Format("WEBP", (".webp",), options={"quality": 95}),
    # Not compressed: Pillow then leaves it to libtiff, which takes no EXIF.
    "tiff": Format("TIFF", (".tif", ".tiff"), deep=True),
    "bmp": Format("BMP", (".bmp",), alpha=False, side=(0, 0)),
}


def of(path: Path) -> Format | None:
    """The format that a file's name says, or None."""
    suffix = path.suffix.lower()
    return next((each for each in FORMATS.values() if suffix in each.suffixes), None)
