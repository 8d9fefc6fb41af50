"""How arms are tuned: the key whose value each arm finds, the values to try, and the budget."""

from dataclasses import dataclass
from typing import Annotated, Any

from shoal.errors import UserError
from shoal.grid import cross
from shoal.grid.experiment import Experiment
from shoal.system.fields import mapping, read
from shoal.system.readers import number

Value = float | int | str | bool


def _values(name: str, values: Any) -> tuple[Value, ...]:
    scalars = isinstance(values, list) and all(isinstance(each, Value) for each in values)
    if not scalars or len(values) < 2 or len(set(values)) < len(values):
        raise UserError(f"{name}={values} is no list of two or more values, e.g. [1e-3, 3e-3]")
    return tuple(values)


def _seeds(name: str, seeds: Any) -> tuple[int, ...]:
    whole = isinstance(seeds, list) and all(type(each) is int and each >= 0 for each in seeds)
    if not whole or not seeds:
        raise UserError(f"{name}={seeds} is no list of seeds, e.g. [0, 1]")
    return tuple(seeds)


@dataclass(frozen=True)
class Tuning:
    """The part `tune` of an experiment.

    Attributes:
        key: the key of the config whose value each arm finds.
        values: the values that each arm tries.
        seeds: the seeds with which it tries each value.
        data: the option of `conf/data` whose validation pictures decide.
        budget: the option of `conf/budget` for trials; None: the study's.
        margin: by how many dB a value must surpass the common one to replace it.
    """

    key: str
    values: Annotated[tuple[Value, ...], _values]
    seeds: Annotated[tuple[int, ...], _seeds]
    data: str
    budget: Annotated[str | None, lambda name, value: value] = None
    margin: Annotated[float, number(0)] = 0.05

    @property
    def place(self) -> str:
        """The dotted key of the config that the value sets."""
        return cross.factor(self.key)

    def override(self, value: Value) -> str:
        """Return the override that sets a value."""
        return cross.overrides({self.key: value})[0]


def tuning(experiment: Experiment) -> Tuning | None:
    """Read how an experiment's arms are tuned; None if they aren't.

    Raises:
        UserError: its part `tune` is invalid.
    """
    if experiment.tune is None:
        return None
    where = f"experiment={experiment.name}: tune"
    found = read(Tuning, mapping(where, experiment.tune), f"{where}.")
    if any(meets(found.place, factor) for factor in experiment.factors):
        raise UserError(f"{where}.key={found.key} is a factor of the experiment: its arms set it")
    return found


def meets(one: str, other: str) -> bool:
    """Whether two keys are equal, or one lies below the other.

    >>> [meets("task", key) for key in ("task.optimizer.lr", "tasks", "model")]
    [True, False, False]
    """
    return f"{one}.".startswith(f"{other}.") or f"{other}.".startswith(f"{one}.")
