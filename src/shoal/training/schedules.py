"""Learning-rate schedules: pure functions of the step, so a resumed run can't drift from them."""

import math
from collections.abc import Sequence

from torch.optim import Optimizer
from torch.optim.lr_scheduler import LambdaLR


def warmup_cosine(optimizer: Optimizer, max_steps: int, warmup: float) -> LambdaLR:
    """A linear rise, then half a cosine down to zero.

    Args:
        optimizer: its rate is multiplied.
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
    """The rate times `gamma` at each milestone.

    Args:
        optimizer: its rate is multiplied.
        max_steps: length of the run.
        milestones: shares of the steps, in (0, 1), so that they follow the budget.
        gamma: the factor at each.
    """

    def factor(step: int) -> float:
        return float(gamma ** sum(step >= share * max_steps for share in milestones))

    return LambdaLR(optimizer, factor)


def geometric(optimizer: Optimizer, max_steps: int, last: float) -> LambdaLR:
    """The rate falls by the same factor at each step.

    Args:
        optimizer: its rate is multiplied.
        max_steps: length of the run.
        last: the rate at its end, as a share of the first.
    """
    return LambdaLR(optimizer, lambda step: float(last ** (step / max_steps)))
