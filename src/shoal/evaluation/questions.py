"""What a protocol asks about each picture of a set, from decoded pictures where they are kept."""

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

KEPT = "classic"  # the protocol whose HR and LR luma caches hold


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
    """Each picture of a set, with a function that returns the question about it.

    Args:
        pictures: the set.
        data: the folder of the downloadable sets.
        protocol: a key of `PROTOCOLS`.
        scale: an integer >= 2.
        channels: of the network: 1, luma, or 3, RGB.
        limit: take only so many pictures, the first ones.
        root: the folder of all caches; None: decode each picture.

    Raises:
        UserError: a picture is missing or differs from the catalogue. The functions raise it for a
            picture that can't be read or is smaller than the scale.
    """
    paths = verify(pictures, data)[:limit]
    # For some pictures of a set, building the cache of all would take longer.
    whole = len(paths) == len(pictures.files)
    if root is not None and whole and (protocol, channels) == (KEPT, LUMA):
        cache = _opened(pictures, data, scale, root)
        if cache is not None:
            return [(path, partial(_kept, cache, number)) for number, path in enumerate(paths)]
    return [(path, partial(_decoded, path, protocol, scale, channels)) for path in paths]


def _opened(pictures: PictureSet, data: Path, scale: int, root: Path) -> Cache | None:
    """The set's decoded pictures; None if they can't be kept, which prevents no score."""
    try:
        return open_cache(pictures, data, scale, root)
    except UserError:
        return None


def _decoded(path: Path, protocol: str, scale: int, channels: int) -> Question:
    return PROTOCOLS[protocol].question(read(path).pixels, scale, channels)


def _kept(cache: Cache, number: int) -> Question:
    """The same values as by `_decoded`: a cache holds HR luma rounded, and LR luma in float."""
    lr, hr = map(torch.from_numpy, cache.stored(number))
    return Question(lr[None], hr[None].double())
