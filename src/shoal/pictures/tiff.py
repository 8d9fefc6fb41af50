"""TIFF files (revision 6.0): which page is the picture, and what its tags say."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

from PIL import Image
from PIL.TiffImagePlugin import PREFIXES, ImageFileDirectory_v2

from shoal.errors import UserError
from shoal.pictures.limits import SeveralPictures

LOSSLESS = {1, 5, 8, 32773, 32946, 34925, 50000}  # none, LZW, Deflate, PackBits, LZMA, Zstandard
NO_PICTURE = 1 | 4  # bits of NewSubfileType: a reduced copy, a mask
INVERTED, GREY, RGB = 0, 1, 2  # PhotometricInterpretation
# ExtraSamples: opacity with colours multiplied by it, and without (999 is Corel's).
MULTIPLIED, STRAIGHT = 1, {2, 999}
MOST_CHANNELS = 32  # more is no picture, but would take any amount of memory
PROFILE = 34675  # the tag of the colour profile


def is_tiff(head: bytes) -> bool:
    """Whether a file that begins with these bytes is TIFF."""
    return head.startswith(tuple(PREFIXES))


@dataclass(frozen=True)
class Page:
    """One page of a file.

    Attributes:
        tags: by their numbers.
        big: whether the file is big-endian.
        number: of the page, from 0.
    """

    tags: ImageFileDirectory_v2
    big: bool
    number: int

    def get(self, tag: int, default: Any = None) -> Any:
        """The value of a tag; a tuple if it has several."""
        return self.tags.get(tag, default)

    @property
    def size(self) -> tuple[int, int]:
        """Width and height as stored."""
        return int(self.get(256, 0)), int(self.get(257, 0))

    @property
    def orientation(self) -> int:
        """As EXIF has it, 1 to 8."""
        said = self.get(274, 1)
        return int(said) if said in range(1, 9) else 1

    @property
    def bits(self) -> tuple[int, ...]:
        """Bits per sample of each channel."""
        given, count = tuple(self.get(258, (1,))), int(self.get(277, 1))
        return given * count if len(given) == 1 else given[:count]

    @property
    def colours(self) -> int:
        """The number of channels of grey or RGB, extra channels not counted."""
        return 3 if self.get(262) == RGB else 1

    @property
    def extras(self) -> tuple[int, ...]:
        """The kind of each extra channel; a single one without a kind is opacity, as in Pillow."""
        count = len(self.bits) - self.colours
        named = tuple(self.get(338, ()))
        return named[:count] if named else (2,) * count if count == 1 else (0,) * count

    @property
    def is_ours(self) -> bool:
        """Whether `tiff_samples` can read it, while Pillow would lose something or refuse it."""
        whole = set(self.get(339, (1,))) == {1} and self.get(266, 1) == 1
        known = self.get(262) in (INVERTED, GREY, RGB) and self.get(259, 1) in LOSSLESS
        if not (whole and known and len(self.bits) <= MOST_CHANNELS):
            return False
        return set(self.bits) == {16} or (
            set(self.bits) == {8} and (self.get(284, 1) == 2 or len(self.bits) > self.colours)
        )


def picture_of(file: BinaryIO) -> Page:
    """The page that is the picture; the others may be reduced copies or masks.

    Raises:
        UserError: there are several pictures, or reduced ones alone, as in a camera's raw file.
        ValueError: there is no page.
    """
    pages = list(_pages(file))
    if not pages:
        raise ValueError("no page")
    full = [page for page in pages if not int(page.get(254, 0)) & NO_PICTURE and page.get(255) != 2]
    if len(full) > 1:
        raise SeveralPictures.counted(len(full))
    if not full:
        raise UserError("holds only a reduced picture: convert a camera's raw file to PNG or TIFF")
    return full[0]


def _pages(file: BinaryIO) -> Iterator[Page]:
    file.seek(0)
    header = file.read(8)
    if header[2:4] in (b"\0\x2b", b"\x2b\0"):  # BigTIFF
        header += file.read(8)
    tags = ImageFileDirectory_v2(header)
    at, seen = tags.next, set[int]()
    while at and at not in seen:
        seen.add(at)
        file.seek(at)
        tags = ImageFileDirectory_v2(header)
        tags.load(file)
        yield Page(tags, header[:2] == b"MM", len(seen) - 1)
        at = tags.next


def exif(file: BinaryIO) -> Image.Exif | None:
    """The tags of the first page, EXIF's and GPS's included; None if they are damaged."""
    file.seek(0)
    tags = Image.Exif()
    try:
        tags.load_from_fp(file)
    except Exception:  # damaged tags can make Pillow raise anything
        return None
    return tags
