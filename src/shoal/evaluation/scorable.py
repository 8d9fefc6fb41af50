"""Whether pictures can be read and scored, checked before a training rather than after it."""

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
    """The least height and width, in HR pixels cropped to the scale, that can be scored."""
    return WINDOW + 2 * scale


def require_large_enough(paths: Sequence[Path], scale: int) -> None:
    """Refuse pictures that are too small to score, by their headers alone.

    Args:
        paths: of the pictures.
        scale: an integer >= 2; as many pixels are shaved off each border.

    Raises:
        UserError: some are; the message names the first, and the least size.
    """
    sizes = {path: size(path) for path in paths}
    small = [path for path in paths if min(sizes[path]) // scale * scale < smallest_side(scale)]
    if small:
        width, height = sizes[small[0]]
        others = f" (and {len(small) - 1} more)" if small[1:] else ""
        least = -(-smallest_side(scale) // scale) * scale
        raise UserError(
            f"{small[0]}: {width} x {height} is too small to be scored at scale={scale}{others}: "
            f"leave out pictures smaller than {least} x {least}"
        )


def require_whole(pictures: PictureSet, root: Path, cache: Path, limit: int | None = None) -> None:
    """Make sure that a set's files have the expected bytes, and that they can be decoded.

    Files of the catalogue are known to be pictures. A user's own are decoded once: an empty file
    among the caches, named by their digest, records that.

    Args:
        pictures: the set.
        root: the folder that holds the downloadable sets.
        cache: the folder of all caches.
        limit: decode only so many pictures, the first ones.

    Raises:
        UserError: a picture is missing, has other bytes, or can't be decoded.
    """
    paths = verify(pictures, root)
    mark = cache / f"decodable-{pictures.digest[:16]}"
    if pictures.role != USER or mark.is_file():
        return
    for path in tracked(paths[:limit], f"looking at {pictures.name}"):
        read(path)
    if limit is None or limit >= len(paths):
        with contextlib.suppress(OSError):  # without the mark they are decoded again next time
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
        limit: look at only so many pictures, the first ones.

    Raises:
        UserError: a picture is missing, not a picture, or too small.
    """
    require_large_enough(locate(pictures, root)[:limit], scale)
