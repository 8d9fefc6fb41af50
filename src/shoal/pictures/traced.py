"""Bicubic enlargement for graphs: one that holds for pictures of every size."""

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from shoal.pictures.kernel import cubic


def upscale_any_size(image: Tensor, scale: int) -> Tensor:
    """`resample.upscale` as one convolution and a pixel shuffle: a graph that holds for every size.

    Equal up to the order of sums; that function looks its weights up by the size.
    """
    phase = (np.arange(scale) + 0.5) / scale - 0.5
    weights = torch.from_numpy(cubic(phase[:, None] - np.arange(-2, 3))).to(image)
    kernel = torch.einsum("yi,xj->yxij", weights, weights).reshape(scale**2, 1, 5, 5)
    rows, columns = (_mirrored(size, 2, image.device) for size in image.shape[-2:])
    padded = image.index_select(-2, rows).index_select(-1, columns)
    enlarged = F.pixel_shuffle(F.conv2d(padded.flatten(0, 1)[:, None], kernel), scale)
    return enlarged.view(*image.shape[:2], *enlarged.shape[2:])


def _mirrored(size: int, margin: int, device: torch.device) -> Tensor:
    """Indices of one axis with a margin at both ends, mirrored with the edge pixel repeated."""
    index = torch.arange(-margin, size + margin, device=device)
    index = torch.where(index < 0, -1 - index, index)
    return torch.where(index < size, index, 2 * size - 1 - index).clamp(min=0)
