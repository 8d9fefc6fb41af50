"""LR pictures as MATLAB would write them."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from shoal.errors import UserError
from shoal.pictures.arrays import Array
from shoal.pictures.colour import luma
from shoal.pictures.levels import Pixels, largest, levels, rgb_levels, rounded
from shoal.pictures.resample import crop, downscale, downscale_integers, shrink_integers
from shoal.pictures.taps import EDGES, MIRRORED

if TYPE_CHECKING:
    from torch import Tensor

Planes = NDArray[np.float64]  # (1, C, H, W), whole numbers


def degrade(pixels: Pixels, scale: int, edges: str = MIRRORED) -> Pixels:
    """MATLAB's `imresize(picture, 1 / scale, 'bicubic')` of a picture cropped to the scale.

    Args:
        pixels: `(H, W)` or `(H, W, 3)`, uint8 or uint16.
        scale: an integer >= 2.
        edges: one of `taps.EDGES`: `mirrored`, or `repeated` as by an older MATLAB.

    Returns:
        The same type and channels, `(H // scale, W // scale)` in size.

    Raises:
        UserError: the picture is smaller than the scale.
    """
    top = largest(pixels.dtype)
    return _by_planes(pixels, lambda hr: downscale_integers(_cropped(hr, scale), scale, top, edges))


def smaller(pixels: Pixels, factor: float) -> Pixels:
    """MATLAB's `imresize(picture, factor, 'bicubic')` for a factor below 1.

    Args:
        pixels: `(H, W)` or `(H, W, 3)`, uint8 or uint16.
        factor: in (0, 1).

    Returns:
        The same type and channels, `(ceil(factor * H), ceil(factor * W))` in size.
    """
    top = largest(pixels.dtype)
    return _by_planes(pixels, lambda values: shrink_integers(values, factor, top))


def _by_planes(pixels: Pixels, made: Callable[[Planes], Planes]) -> Pixels:
    """Apply a function of planes to pixels, whose type and channels stay."""
    planes = pixels[None] if pixels.ndim == 2 else np.moveaxis(pixels, -1, 0)
    found = made(planes.astype(np.float64)[None])[0].astype(pixels.dtype)
    return found[0] if pixels.ndim == 2 else np.ascontiguousarray(np.moveaxis(found, 0, -1))


def wrong_values(lr: Pixels, hr: Pixels) -> dict[str, int]:
    """How many values of an LR picture differ from what each MATLAB makes of its HR picture.

    Args:
        lr: an LR picture of unknown origin.
        hr: the HR picture that it was made of.

    Returns:
        The number of values by `taps.EDGES`; empty if no integer scale makes that size of HR, or
        the channels or bit depths differ.
    """
    scale = hr.shape[0] // lr.shape[0]
    if scale < 2 or lr.dtype != hr.dtype:
        return {}
    if lr.shape != (hr.shape[0] // scale, hr.shape[1] // scale, *hr.shape[2:]):
        return {}
    return {edges: int((degrade(hr, scale, edges) != lr).sum()) for edges in EDGES}


def luma_pair(pixels: Pixels, scale: int) -> tuple["Tensor", "Tensor"]:
    """LR and HR luma as the protocol `classic` has them: HR rounded, LR not.

    Args:
        pixels: of an HR picture, grey or RGB.
        scale: an integer >= 2, to which HR is cropped.

    Returns:
        float64 levels in 0..255, `(1, 1, h, w)` and `(1, 1, H, W)`, H = scale * h.

    Raises:
        UserError: the picture is smaller than the scale.
    """
    hr = _cropped(rounded(luma(pixels)), scale)
    return downscale(hr, scale), hr


def rgb_pair(pixels: Pixels, scale: int) -> tuple["Tensor", "Tensor"]:
    """LR and HR colours as the protocol `rgb` has them: 8-bit HR, and LR as MATLAB makes it.

    Args:
        pixels: of an HR picture, grey or RGB; grey is repeated.
        scale: an integer >= 2, to which HR is cropped.

    Returns:
        float64 levels in 0..255, whole numbers, `(1, 3, h, w)` and `(1, 3, H, W)`, H = scale * h.

    Raises:
        UserError: the picture is smaller than the scale.
    """
    hr = rgb_levels(_cropped(rounded(levels(pixels)), scale))
    return downscale_integers(hr, scale), hr


def _cropped(hr: Array, scale: int) -> Array:
    cropped = crop(hr, scale)
    if 0 in cropped.shape:
        height, width = hr.shape[-2:]
        raise UserError(f"{width} x {height} is smaller than the scale {scale}")
    return cropped
