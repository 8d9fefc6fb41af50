"""The group `task` of a run's config: how weights are initialised and trained."""

from dataclasses import asdict, dataclass, field
from typing import Annotated, Any

from shoal.errors import UserError
from shoal.runs.groups import Node
from shoal.system.fields import node
from shoal.system.readers import number, one_of


@dataclass(frozen=True)
class Clip:
    """VDSR's adjustable gradient clipping.

    Attributes:
        theta: gradients are kept within theta / learning rate; None: they aren't clipped.
        by: what is bounded, each gradient `value` or the `norm` of all gradients.
    """

    theta: Annotated[float | None, number(0, null=True)]
    by: Annotated[str, one_of(("value", "norm"))] = "value"


@dataclass(frozen=True)
class EMA:
    """The exponential moving average of the weights, which replaces them at the end.

    Attributes:
        decay: the weight of the old average at each step; None: weights aren't averaged.
    """

    decay: Annotated[float | None, number(0, below=1, null=True)]


def weights_named(key: str, value: Any) -> str | None:
    """Read the name of weights that training starts from: a path, or shipped weights."""
    if value is None or (isinstance(value, str) and value):
        return value
    words = "name a file, a run's folder, or weights that ship"
    raise UserError(f"{key}={value} names no weights: {words}")


def rate_factors(key: str, value: Any) -> dict[str, float]:
    """Read factors of the learning rate, by pattern of parameter names."""
    tree = {} if value is None else value
    if not (isinstance(tree, dict) and all(isinstance(name, str) for name in tree)):
        raise UserError(f"{key}={value}: write patterns of parameter names, {{'*.bias': 0.1}}")
    for name, factor in tree.items():
        number(0)(f"{key}.{name}", factor)
    return tree


@dataclass(frozen=True)
class Task:
    """The recipe of a run: how weights are initialised and trained."""

    init: str
    loss: Annotated[Node, node()]
    optimizer: Annotated[Node, node(lr=number(0))]
    schedule: Annotated[Node, node(warmup=number(0, below=1))]
    clip: Clip
    ema: EMA
    layer_rates: Annotated[dict[str, float], rate_factors] = field(default_factory=dict)
    weights: Annotated[str | None, weights_named] = None

    def deciding(self) -> dict[str, Any]:
        """Return what determines the weights.

        Options that were added later count only if they are used, so that old ids stay valid.
        """
        facts = asdict(self)
        del facts["weights"]  # `identity.Content` has their digest, wherever the file is
        if not self.layer_rates:
            del facts["layer_rates"]
        if self.clip.by == "value":
            del facts["clip"]["by"]
        return facts
