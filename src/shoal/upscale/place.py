"""Where levels are computed: arrays on the host, or tensors on a device."""

from typing import Any

import numpy as np
from numpy.typing import NDArray


class Host:
    """NumPy arrays, in the memory of the process.

    Attributes:
        full: the errors that are raised if a tile doesn't fit into memory.
        most: the largest side of a tile that fits, in LR pixels; None: no limit has been met.
    """

    full: tuple[type[Exception], ...] = ()
    most: int | None = None

    def lift(self, levels: NDArray[np.float64]) -> Any:
        """Levels moved to where they are computed."""
        return levels

    def give_way(self, most: int) -> None:
        """Free what can be freed, and take smaller tiles from now on."""
        self.most = most
