"""What a protocol asks about each picture of a set; from decoded pictures, where they are kept."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import torch

from shoal.data.cache import Cache, open_cache
from shoal.data.catalog import verify
from shoal.data.sets import PictureSet
from shoal.errors import UserError
from shoal.evaluation.protocols import PROTOCOLS
from shoal.evaluation.question import Question
from shoal.models.channels import LUMA
from shoal.pictures.images import read

KEPT = "classic"  # whose luma caches keep, HR and LR


def questions(
    pictures: PictureSet,
    data: Path,
    protocol: str,
    scale: int,
    channels: int = LUMA,
    *,
    limit: int | None = None,
    root: Path | None = None,
) -> list[tuple[Path, Callable[[], Question]]]:
    """Each picture of a set, and what gives the question about it.

    Args:
        pictures: the set.
        data: the folder of the downloadable sets.
        protocol: a key of `PROTOCOLS`.
        scale: an integer >= 2.
        channels: that the network maps.
        limit: take only the first pictures.
        root: the folder of all caches; None to decode each picture.

    Raises:
        UserError: a picture is missing or differs from the catalogue; when it is asked about, it is
            smaller than the scale.
    """
    paths = verify(pictures, data)[:limit]
    # A few of many pictures are decoded sooner than all of them are.
    whole = len(paths) == len(pictures.files)
    if root is not None and whole and (protocol, channels) == (KEPT, LUMA):
        cache = _opened(pictures, data, scale, root)
        if cache is not None:
            return [(path, partial(_kept, cache, number)) for number, path in enumerate(paths)]
    return [(path, partial(_decoded, path, protocol, scale, channels)) for path in paths]


def _opened(pictures: PictureSet, data: Path, scale: int, root: Path) -> Cache | None:
    """The set's decoded pictures; None where they can't be kept: scores are taken all the same."""
    try:
        return open_cache(pictures, data, scale, root)
    except UserError:
        return None


def _decoded(path: Path, protocol: str, scale: int, channels: int) -> Question:
    return PROTOCOLS[protocol].question(read(path).pixels, scale, channels)


def _kept(cache: Cache, number: int) -> Question:
    """The very values that the protocol gives: it rounds HR luma, and a cache keeps LR in float."""
    lr, hr = map(torch.from_numpy, cache.stored(number))
    return Question(lr[None], hr[None].double())
