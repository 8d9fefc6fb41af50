"""Where levels are computed: arrays on the host, or tensors on a device."""

from typing import Any

import numpy as np
from numpy.typing import NDArray


class Host:
    """NumPy arrays, in the memory of the process.

    Attributes:
        full: what is raised where the memory doesn't hold a tile.
        most: the side of the largest tile that it was found to hold, LR pixels; None: any.
    """

    full: tuple[type[Exception], ...] = ()
    most: int | None = None

    def lift(self, levels: NDArray[np.float64]) -> Any:
        """Levels brought to where they are computed."""
        return levels

    def give_way(self, most: int) -> None:
        """Free what can be freed, and hold smaller tiles from now on."""
        self.most = most
