"""The formats that pictures are written in, and what each can hold."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ANY = 1 << 31  # bytes: more than any profile or EXIF block has
# A segment of JPEG holds 65,533 bytes. EXIF is one; a profile may take 255, each of which begins
# with 14 bytes of its own.
JPEG_SIDE = 255 * 65519, 65533


@dataclass(frozen=True)
class Format:
    """One kind of picture file.

    Attributes:
        name: Pillow's name.
        suffixes: of file names, the usual one first.
        deep: whether it can hold 16 bits per sample.
        alpha: whether it can hold transparency.
        side: the largest colour profile and the largest EXIF block that it can hold, in bytes.
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
    # Not compressed, since Pillow compresses through libtiff, which takes no EXIF.
    "tiff": Format("TIFF", (".tif", ".tiff"), deep=True),
    "bmp": Format("BMP", (".bmp",), alpha=False, side=(0, 0)),
}


def of(path: Path) -> Format | None:
    """The format that a file's suffix names, or None."""
    suffix = path.suffix.lower()
    return next((each for each in FORMATS.values() if suffix in each.suffixes), None)
