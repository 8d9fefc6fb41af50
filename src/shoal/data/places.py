"""Patches cut where the pictures lie on a device, by numbers that the processor has drawn.

A patch under a symmetry is a walk through a flat picture: from a first value, so far to the next
one down, so far to the next one across, so far to the next channel. Four numbers say it for LR and
four for HR.
"""

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from shoal.data.cache import Cache
from shoal.data.cutting import DIRECTIONS, Source

SHARE = 0.25  # of a device's memory that pictures may take
PLACE = 8  # first, down, across, next channel of LR; the same of HR


def places(
    source: Source, position: NDArray[np.int64], symmetry: NDArray[np.int64], begin: int
) -> NDArray[np.int64]:
    """Where the patches at some positions of a source lie, under their symmetries, `(n, 8)`.

    Args:
        source: of the patches.
        position: of each, `(n,)`.
        symmetry: of each, as `cutting.symmetric` numbers them.
        begin: LR values of the sources that lie before this one.
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
    """First value, way down, way across of squares at these corners, under their symmetries."""
    transposed, down, across = np.array(DIRECTIONS)[symmetry].T
    rows = down * np.where(transposed, 1, width)
    columns = across * np.where(transposed, width, 1)
    first = corner + (side - 1) * (np.maximum(-rows, 0) + np.maximum(-columns, 0))
    return first, rows, columns


class OnDevice:
    """All pictures of some caches on a device.

    Args:
        caches: of one scale and as many channels; levels stay uint8 there.
        patch_size: side of an HR patch in pixels.
        device: of the pictures.
    """

    def __init__(self, caches: Sequence[Cache], patch_size: int, device: torch.device) -> None:
        self.lr = torch.from_numpy(np.concatenate([cache.lr for cache in caches])).to(device)
        self.hr = torch.from_numpy(np.concatenate([cache.hr for cache in caches])).to(device)
        sides = patch_size // caches[0].scale, patch_size
        self.steps = [torch.arange(side, device=device) for side in sides]
        self.channels = torch.arange(caches[0].channels, device=device)[:, None, None]
        # A device may divide by 255 otherwise than the processor does.
        self.levels = (torch.arange(256).float() / 255).to(device)

    def cut(self, places: Tensor) -> tuple[Tensor, Tensor]:
        """LR `(..., C, p, p)` and HR `(..., C, P, P)`, float32 in [0, 1], of places `(..., 8)`."""
        walks = places[..., None, None, None, :]
        lr = self.lr[self._values(walks[..., : PLACE // 2], self.steps[0])]
        hr = self.hr[self._values(walks[..., PLACE // 2 :], self.steps[1])]
        return self._unit(lr), self._unit(hr)

    def _values(self, walk: Tensor, steps: Tensor) -> Tensor:
        """Where the values of walks `(..., 1, 1, 1, 4)` lie, `(..., C, side, side)`."""
        first, down, across, channel = walk.unbind(-1)
        return first + channel * self.channels + down * steps[:, None] + across * steps

    def _unit(self, values: Tensor) -> Tensor:
        return self.levels[values.int()] if values.dtype == torch.uint8 else values


def fit_on(device: torch.device, caches: Sequence[Cache]) -> bool:
    """Whether a CUDA device has room for the pictures of some caches beside a training."""
    size = sum(cache.lr.nbytes + cache.hr.nbytes for cache in caches)
    return size <= SHARE * torch.cuda.get_device_properties(device).total_memory
