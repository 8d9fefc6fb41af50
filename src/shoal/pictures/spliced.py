"""Parts of a file, read as one file."""

import io
from collections.abc import Sequence
from typing import BinaryIO


class Spliced(io.RawIOBase):
    """A read-only stream of some spans of a file, one after the other.

    Args:
        file: must stay open while this is used; others may read it too.
        spans: first bytes and lengths; a span may extend beyond the end of the file.
    """

    def __init__(self, file: BinaryIO, spans: Sequence[tuple[int, int]]) -> None:
        self._file, self._spans, self._at = file, spans, 0

    def readable(self) -> bool:
        """It is."""
        return True

    def seekable(self) -> bool:
        """It is."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to where the next byte is read."""
        end = sum(length for _, length in self._spans)
        self._at = offset + {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: end}[whence]
        return self._at

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Read what is left of one span, as much as fits; 0 at the end."""
        skipped = 0
        for start, length in self._spans:
            inside = self._at - skipped
            if inside < length:
                self._file.seek(start + inside)
                part = self._file.read(min(length - inside, len(buffer)))
                buffer[: len(part)] = part
                self._at += len(part)
                return len(part)
            skipped += length
        return 0
