"""Pictures enlarged to any size: by a network's integer scale, then reduced to the size.

The reduction is MATLAB's bicubic one. It works tile by tile, on values that have not been rounded.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shoal.pictures.images import Picture
from shoal.pictures.levels import largest, planes
from shoal.pictures.taps import taps, weighted
from shoal.upscale.pixels import stored
from shoal.upscale.tiling import BICUBIC_REACH
from shoal.upscale.upscaler import Upscaler

SIDE = 2048  # of an enlarged tile in pixels; more if that would be little more than overlap


@dataclass(frozen=True)
class Piece:
    """One axis of a tile.

    Attributes:
        out: the part of the result that the tile fills.
        read: the part of the LR picture that it needs.
        weights: of the reduction, `(taps, out)`.
        indices: of the enlarged tile's pixels that these weigh, `(taps, out)`.
    """

    out: slice
    read: slice
    weights: NDArray[np.float64]
    indices: NDArray[np.int64]


def fitted(
    upscaler: Upscaler,
    picture: Picture,
    size: tuple[int, int],
    step: Callable[[], object] = lambda: None,
) -> Picture:
    """Enlarge a picture to a height and a width.

    Args:
        upscaler: of a scale that is large enough.
        picture: to enlarge.
        size: height and width of the result; if they are `scale` times the picture's, nothing is
            reduced.
        step: called after each tile.
    """
    height, width = picture.pixels.shape[:2]
    if size == (height * upscaler.scale, width * upscaler.scale):
        return upscaler.picture(picture, step)
    pixels = np.empty((*size, *picture.pixels.shape[2:]), picture.pixels.dtype)
    alpha = None if picture.alpha is None else np.empty(size, picture.alpha.dtype)
    for rows, columns in tiles(upscaler, (height, width), size):
        part = _tile(upscaler, picture, rows, columns)
        pixels[rows.out, columns.out] = part.pixels
        if alpha is not None:
            alpha[rows.out, columns.out] = part.alpha
        step()
    return replace(picture, pixels=pixels, alpha=alpha)


def interpolated(upscaler: Upscaler, picture: Picture, size: tuple[int, int]) -> Picture:
    """Enlarge a picture to a height and a width by bicubic interpolation alone."""
    bare = replace(upscaler, scale=1, run=lambda lr: lr, reach=0, ensemble=False, halved=None)
    return fitted(bare, picture, size)


def count(upscaler: Upscaler, given: tuple[int, ...], size: tuple[int, int]) -> int:
    """How many tiles `fitted` computes, for a picture of `given` height and width."""
    height, width = given
    if size == (height * upscaler.scale, width * upscaler.scale):
        return len(upscaler.tiles(height, width))
    return len(tiles(upscaler, (height, width), size))


def tiles(
    upscaler: Upscaler, given: tuple[int, int], size: tuple[int, int]
) -> list[tuple[Piece, Piece]]:
    """The rows and columns of the tiles, for a result that is reduced."""
    rows, columns = (pieces(upscaler, *axis) for axis in zip(given, size, strict=True))
    return [(row, column) for row in rows for column in columns]


def pieces(upscaler: Upscaler, given: int, out: int) -> list[Piece]:
    """An axis of `given` LR pixels, cut into pieces that fill about equal parts of the result."""
    scale, reach = upscaler.scale, upscaler.reach
    margin = given if reach is None else max(reach, BICUBIC_REACH)
    count = -(-given // max(SIDE // scale, 6 * margin))
    weights, indices = taps(given * scale, out)
    cuts = [number * out // count for number in range(count + 1)]
    return [
        _piece(weights[:, first:last], indices[:, first:last], first, scale, margin, given)
        for first, last in pairwise(cuts)
        if last > first
    ]


def _piece(
    weights: NDArray[np.float64],
    indices: NDArray[np.int64],
    first: int,
    scale: int,
    margin: int,
    given: int,
) -> Piece:
    low = max(int(indices.min()) // scale - margin, 0)
    high = min(int(indices.max()) // scale + margin + 1, given)
    out = slice(first, first + weights.shape[1])
    return Piece(out, slice(low, high), weights, indices - low * scale)


def _tile(upscaler: Upscaler, picture: Picture, rows: Piece, columns: Piece) -> Picture:
    """One tile of the result."""
    read, dtype = (rows.read, columns.read), picture.pixels.dtype
    alpha = None if picture.alpha is None else _floats(picture.alpha[read])
    large = upscaler.picture(Picture(_floats(picture.pixels[read]), alpha))
    if large.alpha is None:
        return Picture(stored(_reduced(planes(large.pixels), rows, columns), dtype))
    opacity = planes(large.alpha) / 255
    thinned = _reduced(opacity, rows, columns)
    # Weighted by opacity, so that fully transparent pixels lend no colour to others.
    colours = _reduced(planes(large.pixels) * opacity, rows, columns)
    colours = np.divide(colours, thinned, out=np.zeros_like(colours), where=thinned > 1 / 65535)
    return Picture(stored(colours, dtype), stored(thinned * 255, dtype))


def _floats(pixels: NDArray[Any]) -> Any:
    return (pixels / np.float64(largest(pixels.dtype))).astype(np.float32)


def _reduced(levels: NDArray[np.float64], rows: Piece, columns: Piece) -> NDArray[np.float64]:
    lower = weighted(levels, -2, rows.weights, rows.indices)
    return weighted(lower, -1, columns.weights, columns.indices)
