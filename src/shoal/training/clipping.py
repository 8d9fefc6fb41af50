"""VDSR's adjustable clipping of gradients, whose bound grows as the rate falls."""

from collections.abc import Iterable

import torch
from torch import Tensor, nn

TINY = 1e-12  # a rate or a norm that nothing is to be divided by


def clip_by_rate(
    parameters: Iterable[nn.Parameter], theta: float, rate: float | Tensor, by: str = "value"
) -> None:
    """Keep gradients within theta / rate; a rate on a device stays there.

    Args:
        parameters: whose gradients are cut.
        theta: the bound at a rate of 1.
        rate: the present one.
        by: `value`, each by itself, as VDSR says; `norm`, all together, as Caffe does it for DRRN.
    """
    bound = theta / (rate.clamp_min(TINY) if isinstance(rate, Tensor) else max(rate, TINY))
    if by == "norm":
        _clip_norm(parameters, bound)
    elif isinstance(bound, Tensor):
        for gradient in _gradients(parameters):
            gradient.clamp_(-bound, bound)
    else:
        nn.utils.clip_grad_value_(parameters, bound)


def _clip_norm(parameters: Iterable[nn.Parameter], bound: float | Tensor) -> None:
    """Shorten the vector of all gradients to the bound."""
    gradients = _gradients(parameters)
    norm = torch.linalg.vector_norm(torch.stack([torch.linalg.vector_norm(g) for g in gradients]))
    factor = (bound / norm.clamp_min(TINY)).clamp_max(1.0)
    for gradient in gradients:
        gradient.mul_(factor)


def _gradients(parameters: Iterable[nn.Parameter]) -> list[Tensor]:
    return [each.grad for each in parameters if each.grad is not None]
