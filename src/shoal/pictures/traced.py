"""Mirrored edges and bicubic enlargement for graphs, which hold for pictures of every size."""

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
    padded = mirrored(image, 2).flatten(0, 1)[:, None]
    enlarged = F.pixel_shuffle(F.conv2d(padded, kernel), scale)
    return enlarged.view(*image.shape[:2], *enlarged.shape[2:])


def mirrored(image: Tensor, margin: int) -> Tensor:
    """Pictures `(..., h, w)` with a margin of any width >= 0 around them, mirrored.

    ... 1 0 | 0 1 ... n-1 | n-1 n-2 ...: an edge pixel comes first, as in `resample.taps`.
    """
    for dim in (-2, -1):
        image = image.index_select(dim, _places(image.shape[dim], margin, image.device))
    return image


def _places(size: int, margin: int, device: torch.device) -> Tensor:
    """Indices of one axis with a margin at both ends, with period 2 n."""
    # Counted in floating point, exact below 2^24: ONNX's exporter takes no remainder of integers.
    place = torch.arange(-margin, size + margin, dtype=torch.float32, device=device)
    folded = place - 2 * size * (place / (2 * size)).floor()
    return torch.minimum(folded, 2 * size - 1 - folded).long()
