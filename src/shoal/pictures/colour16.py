"""16-bit colours, which Pillow decodes to 8 bits and can't write; 16-bit grey it can."""

import struct
import zlib
from collections.abc import Iterator, Mapping
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from shoal.pictures.modes import keyed, raw_mode

# Pillow unpacks the high byte of each sample, and the low one if told the other byte order.
# Grey with opacity has no such order: its four bytes per pixel are unpacked as 8-bit RGBA.
OTHER_BYTE = {"16B": "16L"}
GREY_ALPHA = "LA;16B"
ROWS = 64  # rows compressed at a time


def is_sixteen(image: Image.Image) -> bool:
    """Whether a PNG just opened, not yet decoded, holds 16-bit RGB, RGBA or grey with opacity."""
    mode, _, order = raw_mode(image).partition(";")
    return mode in ("RGB", "RGBA", "LA") and order in OTHER_BYTE


def decoded(
    image: Image.Image, again: Image.Image
) -> tuple[NDArray[np.uint16], NDArray[np.uint16] | None]:
    """Pixels and opacity, as stored, of a PNG that is open twice and not yet decoded."""
    samples = _samples(image, again)
    match samples.shape[-1]:
        case 2:
            return samples[..., 0], samples[..., 1]
        case 3:
            return samples, keyed(samples, image.info)
        case _:
            return samples[..., :3], samples[..., 3]


def _samples(image: Image.Image, again: Image.Image) -> NDArray[np.uint16]:
    raw = raw_mode(image)
    mode, _, order = raw.partition(";")
    other = "RGBA" if raw == GREY_ALPHA else f"{mode};{OTHER_BYTE[order]}"
    for number, tile in enumerate(again.tile):  # type: ignore[attr-defined]
        again.tile[number] = tile._replace(args=other)  # type: ignore[attr-defined]
    high, low = (np.asarray(each).astype(np.uint16) for each in (image, again))
    if raw == GREY_ALPHA:
        high, low = low[..., ::2], low[..., 1::2]
    return (high << 8 | low).astype(np.uint16)


def write_png(
    file: BinaryIO,
    pixels: NDArray[np.uint16],
    icc: bytes | None,
    exif: bytes,
    tones: Mapping[bytes, bytes],
) -> None:
    """Write `(H, W, C)`, C = 2 to 4, as PNG (ISO/IEC 15948).

    Args:
        file: to write to.
        pixels: grey with opacity, RGB, or RGB with opacity.
        icc: the colour profile, or None.
        exif: the EXIF block, or empty.
        tones: the contents of chunks such as gAMA, by their names.
    """
    height, width, channels = pixels.shape
    colour = {2: 4, 3: 2, 4: 6}[channels]
    file.write(b"\x89PNG\r\n\x1a\n")
    _chunk(file, b"IHDR", struct.pack(">IIBBBBB", width, height, 16, colour, 0, 0, 0))
    for kind, content in tones.items():
        _chunk(file, kind, content)
    if icc:
        _chunk(file, b"iCCP", b"ICC profile\0\0" + zlib.compress(icc))
    if exif:
        _chunk(file, b"eXIf", exif.removeprefix(b"Exif\0\0"))
    packer = zlib.compressobj()
    for rows in _filtered(pixels):
        _chunk(file, b"IDAT", packer.compress(rows))
    _chunk(file, b"IDAT", packer.flush())
    _chunk(file, b"IEND", b"")


def _filtered(pixels: NDArray[np.uint16]) -> Iterator[bytes]:
    """Rows in blocks, each row after the number of its filter: differences from the row above."""
    up = 2  # that filter's number
    last = np.zeros((1, pixels[0].size * 2), np.uint8)
    for start in range(0, len(pixels), ROWS):
        block = pixels[start : start + ROWS].astype(">u2")
        rows = np.concatenate([last, block.reshape(len(block), -1).view(np.uint8)])
        yield np.insert(np.diff(rows, axis=0), 0, up, axis=1).tobytes()
        last = rows[-1:]


def _chunk(file: BinaryIO, kind: bytes, content: bytes) -> None:
    file.write(struct.pack(">I", len(content)) + kind + content)
    file.write(struct.pack(">I", zlib.crc32(kind + content)))


def write_tiff(file: BinaryIO, pixels: NDArray[np.uint16], icc: bytes | None) -> None:
    """Write `(H, W, C)`, C = 2 to 4, as TIFF, compressed without loss."""
    import tifffile  # here, since it is slow to import and few pictures need it

    alpha = ["unassalpha"] if pixels.shape[-1] % 2 == 0 else None
    tifffile.imwrite(
        file,
        pixels,
        photometric="rgb" if pixels.shape[-1] > 2 else "minisblack",
        planarconfig="contig",
        extrasamples=alpha,
        compression="zlib",
        predictor=True,
        iccprofile=icc,
        metadata=None,
        software=False,
    )
