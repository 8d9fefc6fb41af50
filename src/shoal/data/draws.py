"""What decides patch i of a run: a counter-based generator at counter i under the key `seed`.

Philox 4x64, Salmon et al., Parallel random numbers: as easy as 1, 2, 3 (SC 2011).
"""

import numpy as np
from numpy.typing import NDArray

from shoal.data.cutting import SYMMETRIES

Draws = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.uint64]]


def draws(seed: int, first: int, count: int, positions: int) -> Draws:
    """Position, symmetry and one more word of patches `first` to `first + count - 1`.

    Each patch has a counter of its own, whose block of four words only it reads.
    """
    words = np.random.Philox(key=seed, counter=first).random_raw(4 * count).reshape(count, 4)
    position = words[:, 0] % np.uint64(positions)  # its bias, positions / 2^64, is far below notice
    symmetry = words[:, 1] % np.uint64(SYMMETRIES)
    return position.astype(np.int64), symmetry.astype(np.int64), words[:, 2]
