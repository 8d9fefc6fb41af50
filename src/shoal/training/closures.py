"""Optimisers that never call the closure, which is where a step computes its gradients."""

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
    """Return a factory of optimisers that have gradients when they step; mostly `make` itself.

    PyTorch's optimisers and most others call the closure that `step` is given. For one that
    doesn't, the closure is called before the step. A trial step on copies of the network's
    parameters shows which kind it is.

    Args:
        make: builds an optimiser from parameters or parameter groups.
        network: the network whose parameters the optimiser will get.

    Raises:
        UserError: the trial step fails.
    """
    copies = [
        nn.Parameter(each.detach().clone(), each.requires_grad) for each in network.parameters()
    ]
    tried = make(copies)
    if type(tried).__module__.startswith("torch.") or _calls(tried, copies):
        return make
    return lambda parameters: _closure_first(make(parameters))


def _calls(optimizer: Optimizer, parameters: Iterable[nn.Parameter]) -> bool:
    """Whether an optimiser calls its closure; it can't if its `step` takes none."""
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
