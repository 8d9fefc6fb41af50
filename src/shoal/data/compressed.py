"""Patches and whole pictures with LR compressed as JPEG, made from caches of RGB."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from shoal.data.cache import Cache, unit
from shoal.data.cutting import Patches, Source
from shoal.data.jpeg import CURVE, Planes, patch, qualities, whole
from shoal.data.patches import PatchStream
from shoal.data.pictures import Pictures
from shoal.pictures.colour import luma_levels
from shoal.pictures.levels import rounded


class CompressedStream(PatchStream):
    """A patch stream with LR compressed as JPEG, at a quality drawn for each patch.

    Positions and symmetries are those of the `PatchStream` with the same arguments.

    Args:
        caches: of RGB.
        sizes: all further arguments of `PatchStream`, in its order.
        channels: of the patches: 1, luma, or 3, RGB.
    """

    def __init__(self, caches: Sequence[Cache], *sizes: int, channels: int = 1) -> None:
        super().__init__(caches, *sizes)
        self.channels = channels

    def _cut(self, position: NDArray[np.int64], words: NDArray[np.uint64]) -> tuple[Patches, Any]:
        lr, hr = super()._cut(position, words)
        quality = qualities(words)
        for number, mine, within in self._by_source(position):
            source = self.sources[number]
            for index, place in zip(mine, within, strict=True):
                lr[index] = _patch(source, int(place), int(quality[index]))
        return (luma(lr), rounded_luma(hr)) if self.channels == 1 else (lr, hr)


def _patch(source: Source, position: int, quality: int) -> Planes:
    """The LR patch at a position of a source, cut after its picture was compressed."""
    number, top, left = source.place(position)
    return patch(source.cache.planes(number), top, left, source.side, quality)


class CompressedPictures(Pictures):
    """Whole pictures with LR compressed as JPEG at the quality `CURVE`.

    Args:
        caches: of RGB.
        place: `rank` and `ranks`, as `Pictures` takes them.
        channels: of the pictures: 1, luma, or 3, RGB.
    """

    def __init__(self, caches: Sequence[Cache], *place: int, channels: int = 1) -> None:
        super().__init__(caches, *place)
        self.channels = channels

    def _pair(self, cache: Cache, number: int) -> tuple[Tensor, Tensor]:
        lr, hr = cache.stored(number)
        lr = whole(lr, CURVE)
        if self.channels != 1:
            return unit(np.ascontiguousarray(lr)), unit(hr)
        return torch.from_numpy(luma(lr)), unit(rounded_luma(hr))


def luma(planes: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Luma in [0, 1], `(..., 1, h, w)`, of levels of RGB `(..., 3, h, w)`."""
    return (_luma(planes) / 255).astype(np.float32)


def rounded_luma(planes: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Luma in levels rounded to integers, as `classic` has HR, of levels of RGB."""
    return rounded(_luma(planes)).astype(np.uint8)


def _luma(planes: NDArray[np.uint8]) -> NDArray[np.float64]:
    levels = planes.astype(np.float64).reshape(-1, *planes.shape[-3:])
    return luma_levels(levels).reshape(*planes.shape[:-3], 1, *planes.shape[-2:])
