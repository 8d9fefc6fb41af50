"""Settings that a patch stream refuses before it begins."""

from collections.abc import Sequence

import numpy as np

from shoal.data.cache import Cache
from shoal.errors import UserError


def check_patch(caches: Sequence[Cache], patch_size: int, scale: int) -> None:
    """Refuse a patch that is no multiple of the scale or doesn't fit into every picture.

    Raises:
        UserError: the message names the patch, the picture and the remedy.
    """
    if patch_size < scale or patch_size % scale:
        raise UserError(f"budget.patch_size={patch_size} is no multiple of scale={scale}")
    for cache in caches:
        smallest = int(np.argmin(cache.sizes.min(axis=1)))
        height, width = cache.sizes[smallest] * scale
        if patch_size > min(height, width):
            raise UserError(
                f"budget.patch_size={patch_size} is larger than the picture "
                f"{cache.names[smallest]} ({width} x {height}): take at most {min(height, width)}"
            )


def check_share(batch_size: int, ranks: int) -> None:
    """Refuse a batch that devices can't share equally.

    Raises:
        UserError: the message names the batch, the devices and the remedy.
    """
    if batch_size % ranks:
        words = f"budget.batch_size={batch_size} can't be shared by {ranks} devices"
        raise UserError(f"{words}: take a multiple of {ranks}")
