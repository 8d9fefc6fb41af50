"""Learning-rate schedules: pure functions of the step, so a resumed run can't drift from them."""

import inspect
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from torch.optim import Optimizer
from torch.optim.lr_scheduler import LambdaLR, LRScheduler, ReduceLROnPlateau

from shoal.errors import UserError


def warmup_cosine(optimizer: Optimizer, max_steps: int, warmup: float) -> LambdaLR:
    """A linear rise, then half a cosine down to zero.

    Args:
        optimizer: the optimiser whose rate is multiplied.
        max_steps: length of the run.
        warmup: share of the steps that the rise takes, in [0, 1).
    """
    rise = round(warmup * max_steps)

    def factor(step: int) -> float:
        if step < rise:
            return (step + 1) / (rise + 1)
        return (1 + math.cos(math.pi * (step - rise) / max(1, max_steps - rise))) / 2

    return LambdaLR(optimizer, factor)


def multistep(
    optimizer: Optimizer, max_steps: int, milestones: Sequence[float], gamma: float
) -> LambdaLR:
    """Multiplies the rate by `gamma` at each milestone.

    Args:
        optimizer: the optimiser whose rate is multiplied.
        max_steps: length of the run.
        milestones: shares of the steps, in (0, 1), so that they follow the budget.
        gamma: the factor at each milestone.
    """

    def factor(step: int) -> float:
        return float(gamma ** sum(step >= share * max_steps for share in milestones))

    return LambdaLR(optimizer, factor)


def geometric(optimizer: Optimizer, max_steps: int, last: float) -> LambdaLR:
    """Lowers the rate by the same factor at each step.

    Args:
        optimizer: the optimiser whose rate is multiplied.
        max_steps: length of the run.
        last: the rate at its end, as a share of the first.
    """
    return LambdaLR(optimizer, lambda step: float(last ** (step / max_steps)))


def over_steps(make: Callable[..., Any]) -> Callable[[Optimizer, int], LRScheduler]:
    """Return a factory of schedules that takes the optimiser and the number of steps.

    Args:
        make: what the config names. It gets the optimiser, and `max_steps` by name if it has such
            a parameter.

    Returns:
        The factory. It raises `UserError` if an argument of `make` has no value, or if what it
        makes is no schedule by steps.
    """

    def schedule(optimizer: Optimizer, max_steps: int) -> LRScheduler:
        given = {"max_steps": max_steps} if _takes_steps(make) else {}
        _require_bound(make, optimizer, given)
        made = make(optimizer, **given)
        if isinstance(made, ReduceLROnPlateau):
            words = "ReduceLROnPlateau follows a score, and schedules advance by steps"
            raise UserError(f"{words}: use another one")
        if not isinstance(made, LRScheduler):
            raise UserError(f"{_name(make)} makes a {type(made).__name__}: return an LRScheduler")
        return made

    return schedule


def _takes_steps(make: Callable[..., Any]) -> bool:
    """Whether a factory has a parameter `max_steps` that its config doesn't set."""
    set_already = getattr(make, "keywords", {})
    return "max_steps" not in set_already and "max_steps" in _parameters(make)


def _parameters(make: Callable[..., Any]) -> Mapping[str, inspect.Parameter]:
    """Return a factory's parameters; none if its config sets one that it doesn't have.

    Calling it then raises the clearest error.
    """
    try:
        return inspect.signature(make).parameters
    except ValueError:
        return {}


def _require_bound(make: Callable[..., Any], optimizer: Optimizer, given: dict[str, int]) -> None:
    try:
        inspect.signature(make).bind(optimizer, **given)
    except ValueError:
        return
    except TypeError as error:
        raise UserError(
            f"{_name(make)} is {error}: set it beside _target_, e.g. to ${{budget.max_steps}}, or "
            "call it max_steps, which is given"
        ) from None


def _name(make: Callable[..., Any]) -> str:
    made = getattr(make, "func", make)
    return f"{made.__module__}.{made.__qualname__}"
