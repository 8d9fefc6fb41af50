"""Whether pictures can be read and scored: told before a training rather than after it."""

import contextlib
from collections.abc import Sequence
from pathlib import Path

from shoal.data.catalog import locate, verify
from shoal.data.sets import USER, PictureSet
from shoal.errors import UserError
from shoal.evaluation.metrics import WINDOW
from shoal.pictures.images import read, size
from shoal.system.files import write_whole
from shoal.system.progress import tracked


def smallest_side(scale: int) -> int:
    """The HR pixels, cropped to the scale, that a picture must have each way to be scored."""
    return WINDOW + 2 * scale


def require_large_enough(paths: Sequence[Path], scale: int) -> None:
    """Refuse pictures that are too small to score, by their headers alone.

    Args:
        paths: of the pictures.
        scale: an integer >= 2, as many pixels are shaved off each border.

    Raises:
        UserError: naming the first, its size, the least size and how many others there are.
    """
    sizes = {path: size(path) for path in paths}
    small = [path for path in paths if min(sizes[path]) // scale * scale < smallest_side(scale)]
    if small:
        width, height = sizes[small[0]]
        others = f" (nor are {len(small) - 1} others)" if small[1:] else ""
        least = -(-smallest_side(scale) // scale) * scale
        raise UserError(
            f"{small[0]}: {width} x {height} is not large enough to be scored at scale={scale}"
            f"{others}: leave out what has less than {least} x {least}"
        )


def require_whole(pictures: PictureSet, root: Path, cache: Path, limit: int | None = None) -> None:
    """Make sure that a set's pictures have their very bytes, and that these can be decoded.

    The bytes of the catalogue's own are known to be pictures. Others are decoded, once: a mark
    among the caches, named by the bytes, says that they have been.

    Args:
        pictures: the set.
        root: the folder that holds the downloadable sets.
        cache: the folder of all caches.
        limit: look at the first pictures only.

    Raises:
        UserError: a picture is missing, has other bytes, or can't be decoded; it is named.
    """
    paths = verify(pictures, root)
    mark = cache / f"decodable-{pictures.digest[:16]}"
    if pictures.role != USER or mark.is_file():
        return
    for path in tracked(paths[:limit], f"looking at {pictures.name}"):
        read(path)
    if limit is None or limit >= len(paths):
        with contextlib.suppress(OSError):  # then they are decoded again the next time
            cache.mkdir(parents=True, exist_ok=True)
            write_whole(mark, "")


def require_scorable(
    pictures: PictureSet, root: Path, scale: int, limit: int | None = None
) -> None:
    """Refuse a set with pictures that are too small to score.

    Args:
        pictures: the set.
        root: the folder that holds the downloadable sets.
        scale: an integer >= 2.
        limit: look at the first pictures only.

    Raises:
        UserError: a picture is missing, no picture, or too small; it is named.
    """
    require_large_enough(locate(pictures, root)[:limit], scale)
