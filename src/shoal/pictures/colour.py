"""RGB to luma, chroma and grey, and back, as ITU-R BT.601 and MATLAB have them."""

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from shoal.pictures.arrays import Array, namespace
from shoal.pictures.levels import Pixels, levels, rounded, to_pixels

if TYPE_CHECKING:
    from torch import Tensor

# ITU-R BT.601 as MATLAB's rgb2ycbcr has it: rows Y, Cb, Cr; RGB in [0, 1], the result in 0..255.
BT601 = np.array([[65.481, 128.553, 24.966], [-37.797, -74.203, 112.0], [112.0, -93.786, -18.214]])
BT601_OFFSET = (16.0, 128.0, 128.0)
BAND = 1 << 20  # pixels converted to luma at a time: 8 MiB per channel in float64
LUMA_RANGE = 219.0  # white's luma minus black's
# The inverse of BT601 / 255, written out: linear algebra libraries differ in the last bits.
INVERSE = np.array(
    [
        [1.1643835616438356, 3.011243973294133e-07, 1.5960268873357042],
        [1.1643835616438356, -0.3917625399414501, -0.8129682921622053],
        [1.1643835616438356, 2.0172326395564593, 3.0542617454250663e-06],
    ]
)


def ycbcr(rgb: Array) -> Array:
    """Levels of RGB `(N, 3, H, W)` to Y, Cb, Cr: Y in 16..235, Cb and Cr in 16..240."""
    mixed = _mixed(BT601 / 255, [rgb[:, number] for number in range(3)])
    sums = [each + offset for each, offset in zip(mixed, BT601_OFFSET, strict=True)]
    return namespace(rgb).stack(sums, 1)


def rgb(ycbcr: Array) -> Array:
    """The inverse of `ycbcr`, not clipped."""
    centred = [ycbcr[:, number] - offset for number, offset in enumerate(BT601_OFFSET)]
    return namespace(ycbcr).stack(_mixed(INVERSE, centred), 1)


def _mixed(matrix: NDArray[np.float64], channels: list[Any]) -> list[Any]:
    """A 3 x 3 matrix times every pixel of three channels.

    Written as sums, since in a library's matrix product the last bit of a pixel can depend on the
    size of its picture, and on some processors does.
    """
    return [_row(row, channels) for row in matrix]


def _row(row: NDArray[np.float64], channels: list[Any]) -> Any:
    first, second, third = channels
    a, b, c = row.tolist()
    return a * first + b * second + c * third


def luma(pixels: Pixels) -> "Tensor":
    """Luma `(1, 1, H, W)` in 0..255 levels, not rounded.

    Grey is its own luma, unscaled. RGB goes through BT.601, also where it holds grey.

    >>> luma(np.full((1, 1, 3), 255, np.uint8)).item()
    235.0
    """
    import torch  # here, since enlarging needs no PyTorch

    found = torch.empty(1, 1, *pixels.shape[:2], dtype=torch.float64)
    rows = max(1, BAND // max(1, pixels.shape[1]))
    for top in range(0, len(pixels), rows):
        found[:, :, top : top + rows] = luma_levels(levels(pixels[top : top + rows]))
    return found


def luma_levels(given: Array) -> Array:
    """Luma levels `(N, 1, H, W)`: the Y of `ycbcr` for RGB `(N, 3, H, W)`; grey is returned."""
    if given.shape[1] == 1:
        return given
    channels = [given[:, number : number + 1] for number in range(3)]
    return _row(BT601[0] / 255, channels) + BT601_OFFSET[0]


def grey(pixels: Pixels) -> Pixels:
    """RGB converted to uint8 grey, 0 for black and 255 for white; grey is returned as it is.

    >>> grey(np.array([[[255] * 3, [7] * 3]], np.uint8)).tolist()
    [[255, 7]]
    """
    return pixels if pixels.ndim == 2 else to_pixels(grey_levels(levels(pixels)))


def grey_levels(rgb: Array) -> Array:
    """Levels of RGB `(N, 3, H, W)` as levels of grey in 0..255, not rounded."""
    return grey_of(luma_levels(rgb))


def grey_of(luma: Array) -> Array:
    """Luma in 16..235 stretched to levels of grey in 0..255, not clipped."""
    return (luma - BT601_OFFSET[0]) * 255 / LUMA_RANGE


def luma_of(grey: Array) -> Array:
    """The inverse of `grey_of`: the luma that levels of grey have when stored as RGB.

    >>> luma_of(np.array([0.0, 255.0])).tolist()
    [16.0, 235.0]
    """
    return grey * (LUMA_RANGE / 255) + BT601_OFFSET[0]


def stored_luma(rgb: Array, *, grey: bool) -> Array:
    """Luma levels `(N, 1, H, W)` of the 8-bit picture that RGB is rounded to.

    Args:
        rgb: levels `(N, 3, H, W)`, not rounded.
        grey: whether the picture is stored as grey, and so is its own luma.
    """
    return rounded(grey_levels(rgb)) if grey else luma_levels(rounded(rgb))
