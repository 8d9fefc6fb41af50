"""Patches around LR pixels, cut out of pictures and overlaid to pictures.

Edges are mirrored with the edge pixel repeated, as in bicubic enlargement.
"""

import torch
import torch.nn.functional as F
from torch import Tensor

from shoal.pictures.traced import mirrored


def cut(picture: Tensor, scale: int, side: int) -> Tensor:
    """The HR patches around all LR pixels, edges mirrored.

    Args:
        picture: at HR size, `(N, 1, scale * h, scale * w)`; or at LR size, with a scale of 1.
        scale: HR pixels of an LR pixel.
        side: of a patch in LR pixels, odd.

    Returns:
        `(N, (side * scale)^2, h, w)`, the values of a patch row by row.
    """
    padded = mirrored(picture, side // 2 * scale)
    count, (height, width) = side * scale, (length // scale for length in picture.shape[-2:])
    values = F.unfold(padded, count, stride=scale)
    return values.view(len(picture), count**2, height, width)


def overlaid(patches: Tensor, scale: int, side: int) -> Tensor:
    """A picture of the patches around all LR pixels: the mean of those that cover a pixel.

    Args:
        patches: `(N, (side * scale)^2, h, w)`, as from `cut`.
        scale: HR pixels of an LR pixel.
        side: of a patch in LR pixels, odd.

    Returns:
        `(N, 1, scale * h, scale * w)`. At the edges fewer patches cover a pixel.
    """
    count = _added(torch.ones_like(patches[:1, : side**2]), 1, side)
    return _added(patches, scale, side) / F.interpolate(count, scale_factor=float(scale))


def laid(rows: Tensor, lr: Tensor, scale: int, side: int) -> Tensor:
    """As `overlaid`, of patches given as rows `(n, (side * scale)^2)`, one for each LR pixel."""
    patches = rows.view(len(lr), *lr.shape[-2:], -1).permute(0, 3, 1, 2)
    return overlaid(patches, scale, side)


def _added(patches: Tensor, scale: int, side: int) -> Tensor:
    """The sum of patches: `side`^2 shifts by LR pixels, then a pixel shuffle."""
    count, _, height, width = patches.shape
    margin = side // 2
    blocks = patches.view(count, side, scale, side, scale, height, width)
    total = torch.zeros_like(patches[:, : scale**2])
    for down in range(side):
        for across in range(side):
            block = blocks[:, down, :, across].reshape(count, scale**2, height, width)
            padded = F.pad(block, (margin,) * 4)
            # Shifted, since this block lies `down - margin` LR pixels below its patch's centre.
            top, left = 2 * margin - down, 2 * margin - across
            total = total + padded[..., top : top + height, left : left + width]
    return F.pixel_shuffle(total, scale)
