"""Training that starts from the weights of another network."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from torch import nn

from shoal.errors import UserError
from shoal.models.bounds import require_numbers
from shoal.models.facts import plain_name
from shoal.models.weights import read

NAMED = 3  # tensors that the message names, of those that keep their own initial values


@dataclass(frozen=True)
class Start:
    """The weights that a training starts from.

    Attributes:
        origin: the network and scale that they are of, e.g. `eeds x2`.
        taken: how many tensors were taken from the file.
        kept: names of tensors that keep their own initial values, since the file lacks them or has
            other shapes.
    """

    origin: str
    taken: int
    kept: Sequence[str]

    @classmethod
    def of(cls, network: nn.Module, path: Path) -> Self:
        """Load those tensors of a file that have the names and shapes of the network's own.

        Between scales, only the layers that enlarge differ, so all others are loaded.

        Args:
            network: changed in place.
            path: a file of Shoal's weights. Only its tensors are used, so it need not be trusted.

        Raises:
            UserError: it is no such file, none of its tensors fits, or one that fits holds NaN or
                infinity.
        """
        (tensors, facts), state = read(path), network.state_dict()
        origin = f"{plain_name(facts, 'name', 'a network')} x{facts['scale']}"
        fitting = {
            name: tensors[name]
            for name, own in state.items()
            if name in tensors and tensors[name].shape == own.shape
        }
        if not fitting:
            raise UserError(f"{path} is of {origin}, and none of its {len(tensors)} tensors fits")
        require_numbers(path, fitting)
        network.load_state_dict(fitting, strict=False)
        return cls(origin, len(fitting), [name for name in state if name not in fitting])

    def __str__(self) -> str:
        total = self.taken + len(self.kept)
        if not self.kept:
            return f"starts from {self.origin}: all of {total} tensors"
        more = f" and {len(self.kept) - NAMED} more" if len(self.kept) > NAMED else ""
        named = ", ".join(self.kept[:NAMED]) + more
        return f"starts from {self.origin}: {self.taken} of {total} tensors; drawn anew: {named}"
