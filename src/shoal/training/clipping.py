"""VDSR's adjustable gradient clipping, whose bound grows as the learning rate falls."""

from collections.abc import Iterable

import torch
from torch import Tensor, nn

TINY = 1e-12  # the least divisor: a rate or a norm may be zero


def clip_by_rate(
    parameters: Iterable[nn.Parameter], theta: float, rate: float | Tensor, by: str = "value"
) -> None:
    """Clip gradients to theta / rate, in place; a rate on a device is not copied from it.

    Args:
        parameters: the parameters whose gradients are clipped.
        theta: the bound at a learning rate of 1.
        rate: the current learning rate.
        by: `value` bounds each gradient value, as in VDSR's paper; `norm` bounds the norm of all
            gradients together, as Caffe does for DRRN.
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
    """Scale all gradients down so that their common norm is within the bound."""
    gradients = _gradients(parameters)
    norm = torch.linalg.vector_norm(torch.stack([torch.linalg.vector_norm(g) for g in gradients]))
    factor = (bound / norm.clamp_min(TINY)).clamp_max(1.0)
    for gradient in gradients:
        gradient.mul_(factor)


def _gradients(parameters: Iterable[nn.Parameter]) -> list[Tensor]:
    return [each.grad for each in parameters if each.grad is not None]
