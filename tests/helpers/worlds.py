"""Made-up pictures and small fitted models, for tests whose answer is known."""

import torch
from torch import Tensor

from shoal.models.fitted import Pair
from shoal.pictures.resample import downscale

SCALE = 2


def textured(count: int, height: int = 24, width: int = 28, seed: int = 0) -> list[Tensor]:
    """Random HR pictures `(1, 1, H, W)` in [0, 1] of soft and hard edges."""
    generator = torch.Generator().manual_seed(seed)
    pictures = []
    for _ in range(count):
        coarse = torch.rand(1, 1, height // 4, width // 4, generator=generator)
        soft = torch.nn.functional.interpolate(coarse, size=(height, width), mode="bicubic")
        pictures.append((soft + 0.3 * (soft > 0.5)).clamp(0, 1))
    return pictures


def pairs(count: int, scale: int = SCALE, seed: int = 0) -> list[Pair]:
    """Training pictures with their LR."""
    return [(downscale(hr, scale), hr) for hr in textured(count, seed=seed)]


def mean_error(one: Tensor, other: Tensor, border: int = 0) -> float:
    """The root mean square difference, without a border of pixels."""
    difference = one - other
    if border:
        difference = difference[..., border:-border, border:-border]
    return float(difference.square().mean().sqrt())
