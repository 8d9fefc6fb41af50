"""VDSR's adjustable clipping of gradients."""

from collections.abc import Iterable

from torch import Tensor, nn


def clip_by_rate(parameters: Iterable[nn.Parameter], theta: float, rate: float | Tensor) -> None:
    """Cut gradients to +- theta / rate; a rate on a device stays there."""
    if isinstance(rate, Tensor):
        bound = theta / rate.clamp_min(1e-12)
        for gradient in (each.grad for each in parameters if each.grad is not None):
            gradient.clamp_(-bound, bound)
    else:
        nn.utils.clip_grad_value_(parameters, theta / max(rate, 1e-12))
