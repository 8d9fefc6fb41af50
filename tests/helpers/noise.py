"""Pictures of noise."""

from typing import Any

import numpy as np
from numpy.typing import NDArray


def colours(height: int, width: int, seed: int = 0) -> NDArray[Any]:
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)
