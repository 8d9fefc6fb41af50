"""Patches on a grid, which overlap their neighbours by a pixel."""

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from shoal.pictures.traced import mirrored

SIDE, MIDDLE = 5, 7  # sides in HR pixels: of a patch of detail, of a patch of the middle band
PITCH = SIDE - 1  # HR pixels between patches: they overlap by one


def grid_of(size: Sequence[int]) -> list[int]:
    """Rows and columns of the patches that cover a picture."""
    return [length // PITCH + 1 for length in size]


def on_grid(picture: Tensor, grid: Sequence[int]) -> Tensor:
    """Patches `(n, 49)` around every fourth pixel; the last centre may be a pixel off the edge."""
    height, width = ((count - 1) * PITCH + MIDDLE for count in grid)
    padded = mirrored(picture, PITCH)[..., PITCH - MIDDLE // 2 :, PITCH - MIDDLE // 2 :]
    return F.unfold(padded[..., :height, :width], MIDDLE, stride=PITCH)[0].T


def disagreement(one: Tensor, other: Tensor) -> Tensor:
    """Squared differences `(rows, columns, k, k)` of the edges `(rows, columns, k, 5)`."""
    squares = [each.square().sum(dim=3) for each in (one, other)]
    product = one @ other.transpose(2, 3)
    return squares[0][..., None] + squares[1][:, :, None] - 2 * product


def laid(patches: Tensor, grid: Sequence[int], size: Sequence[int]) -> Tensor:
    """A picture `(1, 1, H, W)` of patches `(n, 25)` on a grid, averaged where they overlap."""
    height, width = ((count - 1) * PITCH + SIDE for count in grid)
    total, count = (
        F.fold(each.T[None], (height, width), SIDE, stride=PITCH)
        for each in (patches, torch.ones_like(patches))
    )
    margin = SIDE // 2
    return (total / count)[..., margin : margin + size[0], margin : margin + size[1]]
