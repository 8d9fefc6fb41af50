"""JPEG compression of a whole picture, or of a patch as if its whole picture were compressed.

The quality of patch i of a run is drawn by (seed, i); JPEG's blocks are those of the whole picture.
Only the blocks that can influence the patch are compressed, which gives the same pixels. Imports no
PyTorch.
"""

import numpy as np
from numpy.typing import NDArray

from shoal.pictures.jpeg import UNIT, compressed

LEAST, MOST = 30, 95  # qualities of training patches, drawn uniformly
CURVE = 60  # the quality of validation pictures
Planes = NDArray[np.uint8]  # (3, h, w)


def qualities(words: NDArray[np.uint64]) -> NDArray[np.int64]:
    """The quality that each random word stands for.

    >>> qualities(np.array([0, 65, 66], np.uint64)).tolist()
    [30, 95, 30]
    """
    return LEAST + (words % np.uint64(MOST - LEAST + 1)).astype(np.int64)


def whole(planes: Planes, quality: int) -> Planes:
    """A picture `(3, h, w)` after JPEG compression."""
    pixels = np.ascontiguousarray(np.moveaxis(planes, 0, -1))
    return np.moveaxis(compressed(pixels, quality), -1, 0)


def patch(planes: Planes, top: int, left: int, side: int, quality: int) -> Planes:
    """The square `(3, side, side)` of `whole(planes, quality)` at `top` and `left`.

    The blocks around it are compressed too, since enlarging chroma looks at neighbouring pixels.
    """
    down, across = _seen(top, side), _seen(left, side)
    piece = whole(planes[:, down, across], quality)
    top, left = top - down.start, left - across.start
    return piece[:, top : top + side, left : left + side]


def _seen(first: int, side: int) -> slice:
    """The pixels of all blocks that hold part of a span, and of one more block on either side."""
    last = -(-(first + side) // UNIT) + 1
    return slice(max(first // UNIT - 1, 0) * UNIT, last * UNIT)
