"""How a run trains: loss, optimiser and schedule, built and tried before anything is written."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Self

from torch import nn
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler

from shoal.errors import UserError
from shoal.runs.config import RunConfig
from shoal.runs.kind import Kind
from shoal.system.building import built, unbuilt
from shoal.training.closures import with_gradients
from shoal.training.layer_rates import layered
from shoal.training.losses import require_nothing_to_learn
from shoal.training.schedules import over_steps


@dataclass(frozen=True)
class Recipe:
    """The parts that `task` in the config names.

    Attributes:
        loss: compares SR with HR; returns a scalar.
        optimizer: builds an optimiser from parameters of the network that it was tried with.
        schedule: builds a schedule from the optimiser and the number of steps.
    """

    loss: nn.Module
    optimizer: Callable[[Iterable[nn.Parameter]], Optimizer]
    schedule: Callable[[Optimizer, int], LRScheduler]

    @classmethod
    def of(cls, config: RunConfig, network: nn.Module) -> Self:
        """Build a run's recipe, and try it with the network's parameters.

        Raises:
            UserError: a part can't be built, or doesn't take its arguments; the message names it.
        """
        task = config.task
        optimizer = built("task.optimizer", task.optimizer)
        trained = config.kind is Kind.TRAINED
        if trained:
            optimizer = _tried("task.optimizer", with_gradients, optimizer, network)
            optimizer = layered(optimizer, network, task.layer_rates, task.optimizer.get("lr"))
        recipe = cls(
            built("task.loss", task.loss),
            optimizer,
            over_steps(built("task.schedule", task.schedule, _convert_="all")),
        )
        if trained:
            require_nothing_to_learn(recipe.loss)
            tried = _tried("task.optimizer", optimizer, network.parameters())
            _tried("task.schedule", recipe.schedule, tried, config.budget.max_steps)
        return recipe


def _tried(key: str, make: Callable[..., Any], *arguments: Any) -> Any:
    try:
        return make(*arguments)
    except Exception as error:
        if isinstance(error, UserError):
            raise UserError(f"{key}: {error}") from error
        raise unbuilt(key, error.__cause__ or error) from error
