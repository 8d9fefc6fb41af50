"""Transparent pictures composited on a background, so that they can be shown."""

import numpy as np
from numpy.typing import NDArray

from shoal.pictures.images import Picture
from shoal.pictures.levels import Pixels, largest

LIGHT, DARK = 1.0, 0.8  # the squares of a checkerboard, white being 1


def shown(picture: Picture, square: int) -> Pixels:
    """A picture as it is shown: on a checkerboard where it is transparent.

    Args:
        picture: with or without opacity.
        square: the side of the checkerboard's squares in pixels.
    """
    if picture.alpha is None:
        return picture.pixels
    height, width = picture.alpha.shape
    return over(picture, checkerboard(height, width, square))


def over(picture: Picture, ground: NDArray[np.float64] | float) -> Pixels:
    """A picture composited on a background, with its own dtype and channels.

    Args:
        picture: with or without opacity.
        ground: from 0, black, to 1, white: `(H, W)`, or one number.
    """
    if picture.alpha is None:
        return picture.pixels
    white = largest(picture.pixels.dtype)
    opacity, ground = picture.alpha / white, np.asarray(ground) * white
    if picture.pixels.ndim == 3:
        opacity, ground = opacity[..., None], ground[..., None]
    mixed = np.floor(picture.pixels * opacity + ground * (1 - opacity) + 0.5)
    return mixed.astype(np.uint8) if white == 255 else mixed.astype(np.uint16)


def checkerboard(height: int, width: int, square: int) -> NDArray[np.float64]:
    """Light and dark squares `(H, W)`, the light one first.

    >>> checkerboard(1, 4, 2).tolist()
    [[1.0, 1.0, 0.8, 0.8]]
    """
    rows, columns = (np.arange(size) // square for size in (height, width))
    return np.where((rows[:, None] + columns) % 2 == 0, LIGHT, DARK)
