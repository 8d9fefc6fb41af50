"""Picture files made byte by byte, as other programs write them."""

import struct
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray


def chunk(kind: bytes, content: bytes, *, damaged: bool = False) -> bytes:
    """A chunk of PNG; damaged, its checksum is wrong."""
    checksum = zlib.crc32(kind + content) ^ damaged
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", checksum)


def png(
    path: Path,
    samples: NDArray[Any],
    bits: int,
    before: bytes = b"",
    after: bytes = b"",
    colour: int | None = None,
) -> Path:
    """Write samples `(H, W)` or `(H, W, C)` with so many bits each.

    Args:
        path: the file.
        samples: in the file's own depth.
        bits: 1, 2, 4, 8 or 16.
        before: chunks before the pixels.
        after: chunks behind them.
        colour: PNG's number of the kind; by the channels if None.
    """
    height, width = samples.shape[:2]
    channels = samples[..., None] if samples.ndim == 2 else samples
    kind = {1: 0, 2: 4, 3: 2, 4: 6}[channels.shape[2]] if colour is None else colour
    flat = channels.reshape(height, -1)
    if bits == 16:
        rows = flat.astype(">u2").view(np.uint8)
    else:
        each = np.unpackbits(flat.astype(np.uint8)[..., None], axis=-1)[..., 8 - bits :]
        rows = np.packbits(each.reshape(height, -1), axis=-1)
    packed = zlib.compress(b"".join(b"\0" + row.tobytes() for row in rows))
    head = struct.pack(">IIBBBBB", width, height, bits, kind, 0, 0, 0)
    parts = [chunk(b"IHDR", head), before, chunk(b"IDAT", packed), after, chunk(b"IEND", b"")]
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(parts))
    return path


def profile(space: bytes, length: int = 200) -> bytes:
    """What looks like a colour profile of that space: `RGB `, `GRAY`, `CMYK`."""
    noise = np.random.default_rng(0).bytes(length)
    return noise[:16] + space + noise[20:36] + b"acsp" + noise[40:]


def packed_profile(icc: bytes) -> bytes:
    """The chunk of PNG that holds a profile."""
    return chunk(b"iCCP", b"name\0\0" + zlib.compress(icc))


def tags(values: Mapping[int, int]) -> bytes:
    """A one-strip TIFF's directory, of numbers of 32 bits, little-endian."""
    entries = b"".join(struct.pack("<HHII", tag, 4, 1, values[tag]) for tag in sorted(values))
    return struct.pack("<H", len(values)) + entries + bytes(4)
