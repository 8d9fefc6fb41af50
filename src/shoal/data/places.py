"""Patches cut on the device that holds the pictures, at places that the CPU has drawn.

A patch under a symmetry is a strided view of a flat picture: the index of its first value, and the
strides down, across and to the next channel. A place is these four numbers for LR and for HR.
"""

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from shoal.data.cache import Cache
from shoal.data.cutting import DIRECTIONS, Source

SHARE = 0.25  # the part of a device's memory that pictures may take
PLACE = 8  # numbers of a place


def places(
    source: Source, position: NDArray[np.int64], symmetry: NDArray[np.int64], begin: int
) -> NDArray[np.int64]:
    """The places `(n, 8)` of patches under their symmetries.

    Args:
        source: of the patches.
        position: of each in the source, `(n,)`.
        symmetry: of each, as `cutting.symmetric` numbers them.
        begin: LR values of all sources before this one.
    """
    scale, (planes, *corner) = source.cache.scale, source.corners(position)
    top, left, width = (fact[:, 0, 0] for fact in corner)
    first, channel = planes[:, 0, 0] + begin, planes[:, -1, 0] - planes[:, 0, 0]
    channel //= max(1, source.cache.channels - 1)
    walks = []
    for by, side in ((1, source.side), (scale, source.side * scale)):
        start = first * by**2 + (top * width * by + left) * by
        walks += [*_walk(start, width * by, side, symmetry), channel * by**2]
    return np.stack(walks, axis=1)


def _walk(
    corner: NDArray[np.int64], width: NDArray[np.int64], side: int, symmetry: NDArray[np.int64]
) -> tuple[NDArray[np.int64], ...]:
    """First index, stride down and stride across of squares under their symmetries."""
    transposed, down, across = np.array(DIRECTIONS)[symmetry].T
    rows = down * np.where(transposed, 1, width)
    columns = across * np.where(transposed, width, 1)
    first = corner + (side - 1) * (np.maximum(-rows, 0) + np.maximum(-columns, 0))
    return first, rows, columns


class OnDevice:
    """All pictures of some caches on a device.

    Args:
        caches: of the same scale and number of channels; levels stay uint8 on the device.
        patch_size: side of an HR patch in pixels.
        device: of the pictures.
    """

    def __init__(self, caches: Sequence[Cache], patch_size: int, device: torch.device) -> None:
        self.lr = torch.from_numpy(np.concatenate([cache.lr for cache in caches])).to(device)
        self.hr = torch.from_numpy(np.concatenate([cache.hr for cache in caches])).to(device)
        sides = patch_size // caches[0].scale, patch_size
        self.steps = [torch.arange(side, device=device) for side in sides]
        self.channels = torch.arange(caches[0].channels, device=device)[:, None, None]
        # A table, since a device may divide by 255 otherwise than the CPU does.
        self.levels = (torch.arange(256).float() / 255).to(device)

    def cut(self, places: Tensor) -> tuple[Tensor, Tensor]:
        """LR `(..., C, p, p)` and HR `(..., C, P, P)`, float32 in [0, 1], of places `(..., 8)`."""
        walks = places[..., None, None, None, :]
        lr = self.lr[self._values(walks[..., : PLACE // 2], self.steps[0])]
        hr = self.hr[self._values(walks[..., PLACE // 2 :], self.steps[1])]
        return self._unit(lr), self._unit(hr)

    def _values(self, walk: Tensor, steps: Tensor) -> Tensor:
        """The indices `(..., C, side, side)` of the values of strided views."""
        first, down, across, channel = walk.unbind(-1)
        return first + channel * self.channels + down * steps[:, None] + across * steps

    def _unit(self, values: Tensor) -> Tensor:
        return self.levels[values.int()] if values.dtype == torch.uint8 else values


def fit_on(device: torch.device, caches: Sequence[Cache]) -> bool:
    """Whether a CUDA device has memory for the pictures of some caches beside a training."""
    size = sum(cache.lr.nbytes + cache.hr.nbytes for cache in caches)
    return size <= SHARE * torch.cuda.get_device_properties(device).total_memory
