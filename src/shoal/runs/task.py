"""The recipe of a run, as its config has it: how weights start, and how they are trained."""

from dataclasses import asdict, dataclass, field
from typing import Annotated, Any

from shoal.errors import UserError
from shoal.runs.groups import Node
from shoal.system.fields import node
from shoal.system.readers import number, one_of


@dataclass(frozen=True)
class Clip:
    """VDSR's adjustable clipping: gradients are kept within theta / rate; None: they aren't.

    `by` says what is bounded: each gradient's `value`, or the `norm` of all of them.
    """

    theta: Annotated[float | None, number(0, null=True)]
    by: Annotated[str, one_of(("value", "norm"))] = "value"


@dataclass(frozen=True)
class EMA:
    """The weights' exponential moving average, which is then kept; None: there is none."""

    decay: Annotated[float | None, number(0, below=1, null=True)]


def weights_named(key: str, value: Any) -> str | None:
    """Weights that training starts from: a path, or a name that ships."""
    if value is None or (isinstance(value, str) and value):
        return value
    raise UserError(f"{key}={value} names no weights: a file, a run's folder, or what ships")


def rate_factors(key: str, value: Any) -> dict[str, float]:
    """Factors of the rate, by pattern of parameter names."""
    tree = {} if value is None else value
    if not (isinstance(tree, dict) and all(isinstance(name, str) for name in tree)):
        raise UserError(f"{key}={value}: write patterns of parameter names, {{'*.bias': 0.1}}")
    for name, factor in tree.items():
        number(0)(f"{key}.{name}", factor)
    return tree


@dataclass(frozen=True)
class Task:
    """The recipe: how weights start, and how they are trained."""

    init: str
    loss: Annotated[Node, node()]
    optimizer: Annotated[Node, node(lr=number(0))]
    schedule: Annotated[Node, node(warmup=number(0, below=1))]
    clip: Clip
    ema: EMA
    layer_rates: Annotated[dict[str, float], rate_factors] = field(default_factory=dict)
    weights: Annotated[str | None, weights_named] = None

    def deciding(self) -> dict[str, Any]:
        """What of it decides weights; parts younger than names of runs only where they are used."""
        facts = asdict(self)
        del facts["weights"]  # by content, wherever they lie: `identity.Content`
        if not self.layer_rates:
            del facts["layer_rates"]
        if self.clip.by == "value":
            del facts["clip"]["by"]
        return facts
