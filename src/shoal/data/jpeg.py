"""The losses of JPEG, of a whole picture or of a patch.

Patch i of a run is cut out of its LR picture as that looks after it was compressed whole: the
quality is drawn by (seed, i), and blocks lie on the picture's own grid. Only the blocks that the
patch can see are compressed, whose pixels are the same. Imports no torch.
"""

import numpy as np
from numpy.typing import NDArray

from shoal.pictures.jpeg import UNIT, compressed

LEAST, MOST = 30, 95  # qualities of training patches, each as likely as any other
CURVE = 60  # the quality of the pictures that the curve is drawn with
Planes = NDArray[np.uint8]  # (3, h, w)


def qualities(words: NDArray[np.uint64]) -> NDArray[np.int64]:
    """The quality that each word of a generator draws.

    >>> qualities(np.array([0, 65, 66], np.uint64)).tolist()
    [30, 95, 30]
    """
    return LEAST + (words % np.uint64(MOST - LEAST + 1)).astype(np.int64)


def whole(planes: Planes, quality: int) -> Planes:
    """A picture `(3, h, w)` after it has been a JPEG file."""
    pixels = np.ascontiguousarray(np.moveaxis(planes, 0, -1))
    return np.moveaxis(compressed(pixels, quality), -1, 0)


def patch(planes: Planes, top: int, left: int, side: int, quality: int) -> Planes:
    """The square `(3, side, side)` of `whole(planes, quality)` that begins at a row and a column.

    Chroma is enlarged from the pixels beside too, so the blocks around are compressed with it.
    """
    down, across = _seen(top, side), _seen(left, side)
    piece = whole(planes[:, down, across], quality)
    top, left = top - down.start, left - across.start
    return piece[:, top : top + side, left : left + side]


def _seen(first: int, side: int) -> slice:
    """Whole blocks, one beyond those that hold some pixels; a picture ends where it ends."""
    last = -(-(first + side) // UNIT) + 1
    return slice(max(first // UNIT - 1, 0) * UNIT, last * UNIT)
