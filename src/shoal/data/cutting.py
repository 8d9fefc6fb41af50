"""Patches cut out of a cache, a row of pixels at a time, and turned."""

from functools import cached_property
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from shoal.data.cache import Cache

Patches = NDArray[Any]  # (n, C, p, p) of a cache's own type
SYMMETRIES = 8  # of the square: four rotations, each also mirrored


def _directions(symmetry: int) -> tuple[bool, int, int]:
    quarters = symmetry % 4
    down, across = (-1 if quarters in flipped else 1 for flipped in ((1, 2), (2, 3)))
    return (symmetry >= 4) != (quarters % 2 == 1), down, across


# For each symmetry: whether the square is transposed first, and the step down and across, 1 or -1.
DIRECTIONS = [_directions(symmetry) for symmetry in range(SYMMETRIES)]


class Source:
    """The positions that patches of one cache can have, and the patches there.

    Args:
        cache: a training set.
        side: of an LR patch in pixels.
    """

    def __init__(self, cache: Cache, side: int) -> None:
        self.cache, self.side = cache, side
        places = cache.sizes - side + 1  # (n, 2): how many rows and columns a patch can start at
        self.across = places[:, 1]
        self.ends = np.cumsum(places.prod(axis=1))
        self.positions = int(self.ends[-1])

    # Made at the first use, since such a view can't be sent to a worker process.
    @cached_property
    def rows(self) -> tuple[Patches, NDArray[np.uint8]]:
        """Every row of a patch, by its first pixel: views of LR and of HR."""
        lr, hr = np.asarray(self.cache.lr), np.asarray(self.cache.hr)
        side, hr_side = self.side, self.side * self.cache.scale
        return sliding_window_view(lr, side), sliding_window_view(hr, hr_side)

    def cut(self, position: NDArray[np.int64]) -> tuple[Patches, NDArray[np.uint8]]:
        """LR `(n, C, p, p)` and HR `(n, C, P, P)` patches; a row is copied in one piece."""
        plane, top, left, width = self.corners(position)
        s, (lr, hr) = self.cache.scale, self.rows
        lr_corners = plane + top * width + left
        hr_corners = plane * s * s + (top * width * s + left) * s
        lr_patches = lr[lr_corners + np.arange(self.side) * width]
        return lr_patches, hr[hr_corners + np.arange(self.side * s) * (width * s)]

    def place(self, position: int) -> tuple[int, int, int]:
        """The picture of a position, and the row and column where its LR patch begins."""
        picture = int(np.searchsorted(self.ends, position, side="right"))
        before = int(self.ends[picture - 1]) if picture else 0
        return picture, *divmod(position - before, int(self.across[picture]))

    def corners(self, position: NDArray[np.int64]) -> tuple[NDArray[np.int64], ...]:
        """Starts of planes `(n, C, 1)`; top, left, picture width `(n, 1, 1)`; all in LR pixels."""
        picture = np.searchsorted(self.ends, position, side="right")
        before = np.where(picture > 0, self.ends[picture - 1], 0)
        top, left = np.divmod(position - before, self.across[picture])
        starts, sizes = self.cache.starts[picture], self.cache.sizes[picture]
        channels = self.cache.channels
        planes = channels * starts[:, None] + np.arange(channels) * sizes.prod(axis=1)[:, None]
        return planes[:, :, None], *(each[:, None, None] for each in (top, left, sizes[:, 1]))


def symmetric(patches: NDArray[Any], symmetry: int) -> NDArray[Any]:
    """Squares `(..., p, p)` under a symmetry, a view.

    Symmetries 0 to 3 are as many quarter turns (`np.rot90`), 4 to 7 those of the transposed square.
    """
    transposed, down, across = DIRECTIONS[symmetry]
    if transposed:
        patches = patches.swapaxes(-2, -1)
    return patches[..., ::down, ::across]


def turned(patches: Patches, order: NDArray[np.int64], bounds: NDArray[np.int64]) -> Patches:
    """Patches under their symmetries, in their original order.

    Args:
        patches: sorted by symmetry.
        order: the original place of each.
        bounds: where the patches of each symmetry begin; the last entry is their number.
    """
    turned = np.empty_like(patches)
    for symmetry in range(SYMMETRIES):
        part = slice(bounds[symmetry], bounds[symmetry + 1])
        turned[order[part]] = symmetric(patches[part], symmetry)
    return turned
