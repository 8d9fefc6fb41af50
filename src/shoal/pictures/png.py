"""A PNG file (ISO/IEC 15948) in two parts: what is read here, and what Pillow gets.

Pillow refuses a picture whose colour profile or text is damaged or longer than a megabyte, and
drops the chunks that say how levels are to be shown. So these are read here.
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
# Chunks that say how levels are to be shown, and their lengths; they are copied to the result.
TONES = {b"gAMA": 4, b"cHRM": 32, b"sRGB": 1, b"cICP": 4}
# Text chunks that matter: those with EXIF or the orientation.
TELLING = (b"XML:com.adobe.xmp\0", b"Raw profile type exif\0")
TEXT = 1 << 20  # bytes that Pillow accepts in one text
PROFILE = 1 << 26  # bytes that a colour profile may unpack to


class Chunk(NamedTuple):
    """A chunk of the file: its kind, and the first byte and the length of its content."""

    kind: bytes
    start: int
    length: int


@dataclass
class Parts:
    """What a PNG file consists of.

    Attributes:
        file: the file itself.
        spans: first bytes and lengths of the parts that Pillow gets.
        icc: the colour profile, or None.
        tones: contents of the chunks of `TONES`, by their names.
        notes: what was left out, and why.
    """

    file: BinaryIO
    spans: list[tuple[int, int]] = field(default_factory=list)
    icc: bytes | None = None
    tones: dict[bytes, bytes] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def stream(self) -> BinaryIO:
        """The file as Pillow gets it; several streams may be in use at a time."""
        return io.BufferedReader(Spliced(self.file, self.spans))


def parted(file: BinaryIO) -> Parts:
    """Split a PNG file into what Pillow gets and what is read here."""
    parts = Parts(file)
    kept = [chunk for chunk in list(_chunks(file)) if _is_kept(chunk, parts)]
    if not any(chunk.kind in ANIMATED for chunk in kept):
        # Chunks behind the pixels are moved before them, else Pillow decodes the picture to read
        # them. The sort is stable, so all other order is kept.
        kept.sort(key=lambda chunk: (chunk.kind == b"IDAT") + 2 * (chunk.kind == b"IEND"))
    parts.spans = _spans(kept)
    return parts


def _spans(kept: Sequence[Chunk]) -> list[tuple[int, int]]:
    """First bytes and lengths of the signature and the chunks, adjacent ones merged."""
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
    """Whether Pillow gets a chunk; one that is read here is noted in `parts` instead."""
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
    """Whether a text is short enough for Pillow once it is unpacked."""
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
