"""How arms are tuned: which key each first finds its own value of, and with what budget."""

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
        key: of the config, whose value each arm finds.
        values: that each arm tries, with each of the seeds.
        data: the option of `conf/data` whose validation pictures judge.
        budget: the option of `conf/budget` that a trial has; None: the study's.
        margin: by how much (dB) a value must lead the common one to be taken in its place.
    """

    key: str
    values: Annotated[tuple[Value, ...], _values]
    seeds: Annotated[tuple[int, ...], _seeds]
    data: str
    budget: Annotated[str | None, lambda name, value: value] = None
    margin: Annotated[float, number(0)] = 0.05

    @property
    def place(self) -> str:
        """Where in the config the value ends up."""
        return cross.factor(self.key)

    def override(self, value: Value) -> str:
        """What sets a value."""
        return cross.overrides({self.key: value})[0]


def tuning(experiment: Experiment) -> Tuning | None:
    """How an experiment's arms are tuned; None where they aren't.

    Raises:
        UserError: its part `tune` is not as it must be.
    """
    if experiment.tune is None:
        return None
    where = f"experiment={experiment.name}: tune"
    found = read(Tuning, mapping(where, experiment.tune), f"{where}.")
    if any(meets(found.place, factor) for factor in experiment.factors):
        raise UserError(f"{where}.key={found.key} is a factor of the experiment: its arms set it")
    return found


def meets(one: str, other: str) -> bool:
    """Whether one of two keys is, or lies below, the other.

    >>> [meets("task", key) for key in ("task.optimizer.lr", "tasks", "model")]
    [True, False, False]
    """
    return f"{one}.".startswith(f"{other}.") or f"{other}.".startswith(f"{one}.")
