"""LR pictures as MATLAB would write them."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from shoal.errors import UserError
from shoal.pictures import writing
from shoal.pictures.arrays import Array
from shoal.pictures.colour import luma
from shoal.pictures.finding import pictures
from shoal.pictures.images import Picture, read
from shoal.pictures.levels import Pixels, largest, levels, rgb_levels, rounded
from shoal.pictures.resample import (
    EDGES,
    MIRRORED,
    crop,
    downscale,
    downscale_integers,
    shrink_integers,
)
from shoal.pictures.targets import require_free

if TYPE_CHECKING:
    from torch import Tensor

Planes = NDArray[np.float64]  # (1, C, H, W), whole numbers


def degrade(pixels: Pixels, scale: int, edges: str = MIRRORED) -> Pixels:
    """`imresize(picture, 1 / scale, 'bicubic')` of MATLAB, cropped to the scale before.

    Args:
        pixels: `(H, W)` or `(H, W, 3)`, uint8 or uint16.
        scale: an integer >= 2.
        edges: one of `resample.EDGES`: `mirrored`, or `repeated` as by an older MATLAB.

    Returns:
        The same type and channels, `(H // scale, W // scale)` in size.

    Raises:
        UserError: the picture is smaller than the scale.
    """
    top = largest(pixels.dtype)
    return _by_planes(pixels, lambda hr: downscale_integers(_cropped(hr, scale), scale, top, edges))


def smaller(pixels: Pixels, factor: float) -> Pixels:
    """`imresize(picture, factor, 'bicubic')` of MATLAB, for a factor below 1.

    Args:
        pixels: `(H, W)` or `(H, W, 3)`, uint8 or uint16.
        factor: in (0, 1).

    Returns:
        The same type and channels, each side the factor as long, rounded up.
    """
    top = largest(pixels.dtype)
    return _by_planes(pixels, lambda values: shrink_integers(values, factor, top))


def _by_planes(pixels: Pixels, made: Callable[[Planes], Planes]) -> Pixels:
    """A picture of what is made of the planes of another."""
    planes = pixels[None] if pixels.ndim == 2 else np.moveaxis(pixels, -1, 0)
    found = made(planes.astype(np.float64)[None])[0].astype(pixels.dtype)
    return found[0] if pixels.ndim == 2 else np.ascontiguousarray(np.moveaxis(found, 0, -1))


def wrong_values(lr: Pixels, hr: Pixels) -> dict[str, int]:
    """By how many values an LR picture differs from those that each MATLAB makes of HR.

    Args:
        lr: of MATLAB's or of unknown making.
        hr: what it was made of.

    Returns:
        For each of `resample.EDGES` so many values; none where no scale makes that size of HR, or
        channels or depth differ.
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
    """LR and HR colours as the protocol `rgb` has them: 8 bits, LR as MATLAB makes it of them.

    The same of RGB, `(1, 3, h, w)` and `(1, 3, H, W)`, whole numbers; grey is repeated.

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


def degrade_files(
    paths: Iterable[Path], scale: int, output: Path, *, force: bool, edges: str = MIRRORED
) -> Iterator[tuple[Path, Path]]:
    """Degrade pictures, and the pictures in folders, to PNG files of the same stem.

    Yields:
        Each picture and the file that was written for it.

    Raises:
        UserError: a picture can't be read, two would get one name, one would be replaced by its
            own LR picture, or a file is in the way.
    """
    sources = list(pictures(paths))
    targets = {source: output / f"{source.stem}.png" for source in sources}
    require_free(((source, [target]) for source, target in targets.items()), force=force)
    for source, target in targets.items():
        pixels = read(source).pixels
        try:
            small = degrade(pixels, scale, edges)
        except UserError as error:
            raise UserError(f"{source}: {error}") from None
        writing.write(target, Picture(small))
        yield source, target
