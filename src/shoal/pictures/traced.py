"""Mirrored edges and bicubic enlargement for exported graphs, which take pictures of any size."""

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from shoal.pictures.kernel import cubic


def upscale_any_size(image: Tensor, scale: int) -> Tensor:
    """`resample.upscale` as a convolution and a pixel shuffle, which suit a picture of any size.

    The same values up to the order of sums; `resample.upscale` needs weights for the very size.
    """
    phase = (np.arange(scale) + 0.5) / scale - 0.5
    weights = torch.from_numpy(cubic(phase[:, None] - np.arange(-2, 3))).to(image)
    kernel = torch.einsum("yi,xj->yxij", weights, weights).reshape(scale**2, 1, 5, 5)
    padded = mirrored(image, 2).flatten(0, 1)[:, None]
    enlarged = F.pixel_shuffle(F.conv2d(padded, kernel), scale)
    return enlarged.view(*image.shape[:2], *enlarged.shape[2:])


def mirrored(image: Tensor, margin: int) -> Tensor:
    """Pictures `(..., h, w)` with a margin of any width >= 0 around them, mirrored.

    The edge pixel is repeated, as by `taps.taps`: ... 1 0 | 0 1 ... n-1 | n-1 n-2 ...
    """
    for dim in (-2, -1):
        image = image.index_select(dim, _places(image.shape[dim], margin, image.device))
    return image


def _places(size: int, margin: int, device: torch.device) -> Tensor:
    """The source index of each place of an axis with a margin at both ends, with period 2 n."""
    # In floating point, exact below 2^24: ONNX's exporter has no remainder of integers.
    place = torch.arange(-margin, size + margin, dtype=torch.float32, device=device)
    folded = place - 2 * size * (place / (2 * size)).floor()
    return torch.minimum(folded, 2 * size - 1 - folded).long()
