"""What lies beside the pixels of a PNG file, and the file without it (ISO/IEC 15948).

Pillow refuses a picture whose colour profile or text is longer than a megabyte, or damaged, and
forgets how its levels are to be shown. So these are read here, and Pillow gets the rest.
"""

import io
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import BinaryIO, NamedTuple

from shoal.pictures.spliced import Spliced

SIGNATURE = b"\x89PNG\r\n\x1a\n"
PIXELS = (b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND")
ANIMATED = (b"acTL", b"fcTL", b"fdAT")
# How levels are to be shown, and the length of what says so: these go into the result as they are.
TONES = {b"gAMA": 4, b"cHRM": 32, b"sRGB": 1, b"cICP": 4}
# Of text what holds EXIF, or says how the picture lies.
TELLING = (b"XML:com.adobe.xmp\0", b"Raw profile type exif\0")
TEXT = 1 << 20  # bytes that Pillow takes of one text
PROFILE = 1 << 26  # bytes that a colour profile may have


class Chunk(NamedTuple):
    """A part of the file: its kind, and where what it holds lies."""

    kind: bytes
    start: int
    length: int


@dataclass
class Parts:
    """What a PNG file consists of.

    Attributes:
        file: it is.
        spans: where all that Pillow gets lies in it: first bytes and lengths.
        icc: the colour profile, or None.
        tones: chunks of `TONES` by their names.
        notes: what is left out, and why.
    """

    file: BinaryIO
    spans: list[tuple[int, int]] = field(default_factory=list)
    icc: bytes | None = None
    tones: dict[bytes, bytes] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def stream(self) -> BinaryIO:
        """The file for Pillow; several may be in use at a time."""
        return io.BufferedReader(Spliced(self.file, self.spans))


def parted(file: BinaryIO) -> Parts:
    """A PNG file in two: what Pillow gets, and what lies beside the pixels."""
    parts = Parts(file)
    kept = [chunk for chunk in list(_chunks(file)) if _is_kept(chunk, parts)]
    if not any(chunk.kind in ANIMATED for chunk in kept):
        # Stable: what follows the pixels comes before them, else they are decoded to get at it.
        kept.sort(key=lambda chunk: (chunk.kind == b"IDAT") + 2 * (chunk.kind == b"IEND"))
    parts.spans = _spans(kept)
    return parts


def _spans(kept: Sequence[Chunk]) -> list[tuple[int, int]]:
    """Where the signature and chunks lie: first bytes and lengths, neighbours as one."""
    spans = [(0, len(SIGNATURE))]
    for chunk in kept:
        start, length = spans[-1]
        if chunk.start - 8 == start + length:
            spans[-1] = start, length + chunk.length + 12
        else:
            spans.append((chunk.start - 8, chunk.length + 12))
    return spans


def _chunks(file: BinaryIO) -> Iterator[Chunk]:
    position = len(SIGNATURE)
    while True:
        file.seek(position)
        head = file.read(8)
        if len(head) < 8:
            return
        length, kind = int.from_bytes(head[:4], "big"), head[4:]
        yield Chunk(kind, position + 8, length)
        position += length + 12
        if kind == b"IEND":
            return


def _is_kept(chunk: Chunk, parts: Parts) -> bool:
    """Whether Pillow gets a chunk; what it can't be trusted with goes beside the pixels."""
    if chunk.kind in PIXELS + ANIMATED or not chunk.kind[:1].islower():
        return True
    if chunk.kind not in (b"iCCP", b"eXIf", b"tEXt", b"zTXt", b"iTXt", *TONES):
        return False
    parts.file.seek(chunk.start)
    content, checksum = parts.file.read(chunk.length), parts.file.read(4)
    whole = zlib.crc32(chunk.kind + content) == int.from_bytes(checksum, "big")
    if chunk.kind == b"iCCP":
        parts.icc = _profile(content) if whole else None
        if parts.icc is None:
            parts.notes.append("the colour profile is damaged and left out")
    elif chunk.kind in TONES:
        if whole and chunk.length == TONES[chunk.kind]:
            parts.tones[chunk.kind] = content
        else:
            parts.notes.append(f"{chunk.kind.decode()} is damaged and left out")
    elif chunk.kind == b"eXIf":
        if not whole:
            parts.notes.append("EXIF is damaged and left out")
        return whole
    else:
        return whole and content.startswith(TELLING) and _is_short(chunk.kind, content)
    return False


def _profile(content: bytes) -> bytes | None:
    _, _, packed = content.partition(b"\0")
    try:
        unpacker = zlib.decompressobj()
        profile = unpacker.decompress(packed[1:], PROFILE)
    except zlib.error:
        return None
    return None if unpacker.unconsumed_tail else profile


def _is_short(kind: bytes, content: bytes) -> bool:
    """Whether a text is one that Pillow takes, also when it is packed."""
    packed = content.partition(b"\0")[2]
    if kind == b"tEXt" or (kind == b"iTXt" and packed[:1] == b"\0"):
        return len(content) < TEXT
    packed = packed[1:] if kind == b"zTXt" else packed[2:].split(b"\0", 2)[-1]
    try:
        unpacker = zlib.decompressobj()
        unpacker.decompress(packed, TEXT)
    except zlib.error:
        return False
    return not unpacker.unconsumed_tail
