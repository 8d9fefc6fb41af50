"""Learning rates of single layers, as factors of the run's rate (SRCNN's last layer has 0.1)."""

from collections.abc import Callable, Iterable, Mapping
from fnmatch import fnmatchcase
from typing import Any

from torch import nn
from torch.optim import Optimizer

from shoal.errors import UserError

MakeOptimizer = Callable[[Any], Optimizer]


def layered(
    make: MakeOptimizer, network: nn.Module, factors: Mapping[str, float], rate: float | None
) -> Callable[[Iterable[nn.Parameter]], Optimizer]:
    """Return a factory of optimisers with a parameter group per rate; `make` without factors.

    Args:
        make: builds an optimiser from parameters or parameter groups.
        network: the network whose parameters the optimiser will get.
        factors: factors of the rate by pattern of parameter names, e.g. `*.bias`; the first
            pattern that matches counts.
        rate: the rate that they multiply.

    Raises:
        UserError: a pattern matches no parameter, every rate has a factor, or no rate is set.
    """
    if not factors:
        return make
    if rate is None:
        raise UserError("task.layer_rates multiply task.optimizer.lr, which is not set: set it")
    kept = {id(value): factor_of(name, factors) for name, value in network.named_parameters()}
    _require_fit(factors, [name for name, _ in network.named_parameters()])

    def optimizer(parameters: Iterable[nn.Parameter]) -> Optimizer:
        groups: dict[float, list[nn.Parameter]] = {1.0: []}  # curves and clipping read the first
        for each in parameters:
            groups.setdefault(kept[id(each)], []).append(each)
        return make([{"params": each, "lr": rate * factor} for factor, each in groups.items()])

    return optimizer


def factor_of(name: str, factors: Mapping[str, float]) -> float:
    """Return the factor of a parameter's rate.

    >>> factor_of("layers.2.bias", {"*.bias": 0.1}), factor_of("layers.2.weight", {"*.bias": 0.1})
    (0.1, 1.0)
    """
    return next((f for pattern, f in factors.items() if fnmatchcase(name, pattern)), 1.0)


def _require_fit(factors: Mapping[str, float], names: list[str]) -> None:
    for pattern in factors:
        if not any(fnmatchcase(name, pattern) for name in names):
            raise UserError(f"task.layer_rates has {pattern}, no parameter of {', '.join(names)}")
    if all(factor_of(name, factors) != 1 for name in names):
        raise UserError("task.layer_rates change all rates: let task.optimizer.lr be one of them")
