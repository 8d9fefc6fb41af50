"""TIFF samples that Pillow can't read in full.

Pillow keeps 8 bits of 16-bit colours, and doesn't know every layout of samples nor every extra
channel. So 16-bit integers, separate planes and extra channels are decoded here.
"""

import io
import zlib
from typing import Any, BinaryIO, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from PIL.TiffImagePlugin import ImageFileDirectory_v2

from shoal.pictures.levels import Pixels
from shoal.pictures.limits import require_small
from shoal.pictures.tiff import GREY, INVERTED, MULTIPLIED, STRAIGHT, Page

RAW, DEFLATE = 1, {8, 32946}  # values of the tag Compression


def decoded(file: BinaryIO, page: Page, notes: list[str]) -> tuple[Pixels, Pixels | None]:
    """Pixels and opacity, as stored, of a page that `is_ours`; channels left out go to `notes`."""
    samples, top = _samples(file, page), 2 ** page.bits[0] - 1
    colours = samples[..., : page.colours]
    if page.get(262) == INVERTED:
        colours = top - colours
    kinds = page.extras
    shows = [number for number, kind in enumerate(kinds) if kind in {MULTIPLIED, *STRAIGHT}]
    left = len(samples[0, 0]) - page.colours - bool(shows)
    if left:
        notes.append(f"{left} extra channel{'s' * (left > 1)} left out")
    alpha = None
    if shows:
        alpha = samples[..., page.colours + shows[0]]
        if kinds[shows[0]] == MULTIPLIED:
            colours = _divided(colours, alpha, top)
    return (colours[..., 0] if page.colours == 1 else colours), alpha


def _divided(colours: NDArray[Any], alpha: NDArray[Any], top: int) -> NDArray[Any]:
    """Colours that are multiplied by opacity, divided by it again."""
    opacity = np.maximum(alpha, 1).astype(np.uint64)[..., None]
    straight = (colours.astype(np.uint64) * top + opacity // 2) // opacity
    return np.where(alpha[..., None] > 0, straight.clip(0, top), 0).astype(colours.dtype)


class Block(NamedTuple):
    """A strip or a tile of a page.

    Attributes:
        channels: that it holds.
        top: its first row in the picture.
        left: its first column in the picture.
        shape: rows, columns and channels as stored; a tile may reach beyond the picture.
        offset: of its first byte in the file.
        size: its length in bytes in the file.
    """

    channels: slice
    top: int
    left: int
    shape: tuple[int, int, int]
    offset: int
    size: int


def _samples(file: BinaryIO, page: Page) -> NDArray[Any]:
    """All channels `(H, W, C)`, in native byte order."""
    width, height = page.size
    stored = np.dtype(f"{'>' if page.big else '<'}u{page.bits[0] // 8}")
    out = np.empty((height, width, len(page.bits)), stored.newbyteorder("="))
    for block in _blocks(page):
        part = _read(file, page, block, stored)[: height - block.top, : width - block.left]
        rows = slice(block.top, block.top + part.shape[0])
        out[rows, block.left : block.left + part.shape[1], block.channels] = part
    return out


def _blocks(page: Page) -> list[Block]:
    """The strips or tiles of a page, in the order of the file's tags."""
    width, height = page.size
    count, planar, tiled = len(page.bits), page.get(284, 1) == 2, 324 in page.tags
    if tiled:
        wide, high = page.get(322), page.get(323)
        require_small(wide, high)  # a tile may be far larger than its picture
    else:
        wide, high = width, min(page.get(278, height), height)
    places = [
        (slice(number, number + 1) if planar else slice(None), top, left)
        for number in range(count if planar else 1)
        for top in range(0, height, high)
        for left in range(0, width, wide)
    ]
    offsets, sizes = (page.get(tag) for tag in ((324, 325) if tiled else (273, 279)))
    return [
        Block(
            *(channels, top, left),
            (high if tiled else min(high, height - top), wide, 1 if planar else count),
            *(offset, size),
        )
        for (channels, top, left), offset, size in zip(places, offsets, sizes, strict=True)
    ]


def _read(file: BinaryIO, page: Page, block: Block, stored: np.dtype[Any]) -> NDArray[Any]:
    """The samples of a block, in its shape and in native byte order."""
    rows, columns, channels = block.shape
    file.seek(block.offset)
    raw = _unpacked(file.read(block.size), page, rows, columns * channels * stored.itemsize)
    samples = np.frombuffer(raw, stored, rows * columns * channels).reshape(block.shape)
    samples = samples.astype(stored.newbyteorder("="))
    if page.get(317, 1) == 2:  # the predictor: differences along the row
        np.cumsum(samples, axis=1, dtype=samples.dtype, out=samples)
    return samples


def _unpacked(raw: bytes, page: Page, rows: int, row: int) -> bytes:
    """The bytes of a strip or tile of `rows` rows, `row` bytes each."""
    compression = page.get(259, 1)
    if compression == RAW:
        return raw
    if compression in DEFLATE:
        return zlib.decompressobj().decompress(raw, rows * row)
    # All others by libtiff through Pillow, as a file of 8-bit grey, so that bytes stay as they are.
    tags = ImageFileDirectory_v2()
    tags[256], tags[257], tags[258], tags[259] = row, rows, 8, compression
    tags[262], tags[277], tags[278], tags[279] = GREY, 1, rows, len(raw)
    tags[273] = 0  # the offset of the data; writing the tags adds where they end
    whole = b"II*\0" + (8).to_bytes(4, "little") + tags.tobytes(8) + raw
    with Image.open(io.BytesIO(whole), formats=["TIFF"]) as image:
        return image.tobytes()
