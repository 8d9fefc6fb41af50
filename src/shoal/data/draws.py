"""The random numbers of patch i: a counter-based generator with key `seed` at counter i.

Philox 4x64: Salmon et al., "Parallel Random Numbers: As Easy as 1, 2, 3", SC 2011.
"""

import numpy as np
from numpy.typing import NDArray

from shoal.data.cutting import SYMMETRIES

Draws = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.uint64]]


def draws(seed: int, first: int, count: int, positions: int) -> Draws:
    """Position, symmetry and one more random word of patches `first` to `first + count - 1`.

    Each patch has a counter of its own, which gives four words; the fourth is not used.

    Args:
        seed: of the run, in 0..2^64 - 1.
        first: index of the first patch.
        count: of patches.
        positions: how many there are; each is equally likely.

    Returns:
        Three arrays `(count,)`.
    """
    words = np.random.Philox(key=seed, counter=first).random_raw(4 * count).reshape(count, 4)
    position = words[:, 0] % np.uint64(positions)  # its bias, positions / 2^64, is far below notice
    symmetry = words[:, 1] % np.uint64(SYMMETRIES)
    return position.astype(np.int64), symmetry.astype(np.int64), words[:, 2]
