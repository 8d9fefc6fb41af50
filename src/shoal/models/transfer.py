"""Weights of one network as the start of another's training."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from torch import nn

from shoal.errors import UserError
from shoal.models.bounds import require_numbers
from shoal.models.facts import plain_name
from shoal.models.weights import read

NAMED = 3  # tensors that are named, of those that keep their own start


@dataclass(frozen=True)
class Start:
    """What training started from.

    Attributes:
        origin: of which network at which scale the weights are, e.g. `eeds x2`.
        taken: how many of the network's tensors are the file's.
        kept: names of those that keep their own start: other shapes, or not in the file.
    """

    origin: str
    taken: int
    kept: Sequence[str]

    @classmethod
    def of(cls, network: nn.Module, path: Path) -> Self:
        """Give a network the tensors of a file that have the names and shapes of its own.

        At another scale only what enlarges differs, so all else is taken.

        Args:
            network: changed in place.
            path: weights of Shoal's; of the file only tensors are used, so it need not be trusted.

        Raises:
            UserError: they aren't, no tensor fits, or one that does holds NaN or infinity.
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
