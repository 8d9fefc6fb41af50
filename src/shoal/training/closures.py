"""Optimisers that never call their closure, in which the gradient of a step is computed."""

import inspect
from collections.abc import Callable, Iterable
from types import MethodType
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from shoal.errors import UserError, first_line

Make = Callable[[Iterable[nn.Parameter]], Optimizer]


def with_gradients(make: Make, network: nn.Module) -> Make:
    """What makes an optimiser that has gradients to step by; `make` itself, as a rule.

    PyTorch's own, and most others, call the closure that a step gives them. Of one that doesn't
    the closure is called first. Which it is, is tried on copies of the network's parameters.

    Args:
        make: from parameters, or from groups of them.
        network: whose parameters it will be given.

    Raises:
        UserError: its step fails.
    """
    copies = [
        nn.Parameter(each.detach().clone(), each.requires_grad) for each in network.parameters()
    ]
    tried = make(copies)
    if type(tried).__module__.startswith("torch.") or _calls(tried, copies):
        return make
    return lambda parameters: _closure_first(make(parameters))


def _calls(optimizer: Optimizer, parameters: Iterable[nn.Parameter]) -> bool:
    """Whether an optimiser calls its closure; one whose `step` takes none can't."""
    if not inspect.signature(optimizer.step).parameters:
        return False
    for each in parameters:
        each.grad = torch.zeros_like(each)
    calls: list[Tensor] = []

    def closure() -> Tensor:
        calls.append(torch.zeros(()))
        return calls[-1]

    try:
        with torch.random.fork_rng(devices=[]):
            optimizer.step(closure)  # type: ignore[arg-type]  # it takes tensors too
    except Exception as error:
        name = f"{type(optimizer).__module__}.{type(optimizer).__qualname__}"
        raise UserError(f"{name} can't step ({first_line(error)}): mend it") from error
    return bool(calls)


def _closure_first(optimizer: Optimizer) -> Optimizer:
    step = type(optimizer).step

    def closure_first(self: Optimizer, closure: Callable[[], Any] | None = None) -> Any:
        loss = None if closure is None else closure()
        step(self)
        return loss

    optimizer.step = MethodType(closure_first, optimizer)  # type: ignore[method-assign]
    return optimizer
