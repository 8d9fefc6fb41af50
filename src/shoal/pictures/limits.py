"""How large a picture may be, and that a file may hold only one.

The limit of size is Shoal's own; Pillow's, which is lower, is lifted while files are read.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from PIL import Image

from shoal.errors import UserError

# A larger picture is taken for a decompression bomb; SHOAL_MAX_PIXELS sets another limit.
MAX_PIXELS = 200_000_000
UNITS = {"k": 1e3, "m": 1e6, "g": 1e9}


class SeveralPictures(UserError):
    """A file holds an animation or several pages."""

    @classmethod
    def counted(cls, frames: int) -> "SeveralPictures":
        """The error for a file of so many frames or pages."""
        return cls(f"{frames} frames; Shoal takes single pictures")


def max_pixels() -> int:
    """How many pixels a picture may have: SHOAL_MAX_PIXELS, e.g. 500M or 1e9, else `MAX_PIXELS`.

    Raises:
        UserError: the variable holds no positive number.
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
        UserError: it has more pixels than the limit, or SHOAL_MAX_PIXELS is no number.
    """
    most = max_pixels()
    if width * height > most:
        raise UserError(f"more than {most:,} pixels; if you trust it, raise SHOAL_MAX_PIXELS")


class _Aside:
    """How many blocks run without Pillow's limit at the moment, and what it was."""

    lock = Lock()
    count = 0
    limit: int | None = None


@contextmanager
def pillows_aside() -> Iterator[None]:
    """Lift Pillow's limit within a block.

    The limit is the process's, so blocks of several threads are counted.
    """
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
