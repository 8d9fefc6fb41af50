"""How large a picture may be, and how many of them one file may hold.

The limit is Shoal's; Pillow's own, which is lower, is set aside.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from PIL import Image

from shoal.errors import UserError

# Above this a picture is taken for a decompression bomb; SHOAL_MAX_PIXELS moves the limit.
MAX_PIXELS = 200_000_000
UNITS = {"k": 1e3, "m": 1e6, "g": 1e9}


class SeveralPictures(UserError):
    """A file holds an animation or several pages."""

    @classmethod
    def counted(cls, frames: int) -> "SeveralPictures":
        """With the words for so many."""
        return cls(f"{frames} frames; Shoal takes single pictures")


def max_pixels() -> int:
    """The number of pixels a picture may have: what SHOAL_MAX_PIXELS says, as 500M, 1e9 or whole.

    Raises:
        UserError: it says something else.
    """
    said = os.environ.get("SHOAL_MAX_PIXELS", "").strip()
    if not said:
        return MAX_PIXELS
    unit = UNITS.get(said[-1].lower(), 1)
    try:
        number = int(float(said if unit == 1 else said[:-1]) * unit)
    except (ValueError, OverflowError):
        number = 0
    if number < 1:
        raise UserError(f"SHOAL_MAX_PIXELS={said} is no number of pixels: say 500M or 1e9")
    return number


def require_small(width: int, height: int) -> None:
    """Refuse a picture by its size, before it is decoded.

    Raises:
        UserError: it has more pixels than the limit, or the limit is none.
    """
    most = max_pixels()
    if width * height > most:
        raise UserError(f"more than {most:,} pixels; if you trust it, raise SHOAL_MAX_PIXELS")


class _Aside:
    """How many blocks need Pillow's limit away, and what it was."""

    lock = Lock()
    count = 0
    limit: int | None = None


@contextmanager
def pillows_aside() -> Iterator[None]:
    """A block without Pillow's limit, which belongs to the process: threads may be in several."""
    with _Aside.lock:
        if _Aside.count == 0:
            _Aside.limit, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, None
        _Aside.count += 1
    try:
        yield
    finally:
        with _Aside.lock:
            _Aside.count -= 1
            if _Aside.count == 0:
                Image.MAX_IMAGE_PIXELS = _Aside.limit
