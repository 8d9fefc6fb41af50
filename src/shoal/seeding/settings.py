"""The typed group `seeds` of the config, and the seeds that `seed=auto` begins with."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any, Self

from omegaconf import DictConfig, OmegaConf

from shoal.claims.looks import FEWEST
from shoal.errors import UserError
from shoal.grid.overrides import AUTO
from shoal.system import fields
from shoal.system.readers import number, whole


@dataclass(frozen=True)
class Settings:
    """How seeds are added; `conf/config.yaml` explains each value."""

    lowest: Annotated[int, whole(0)]
    first: Annotated[int, whole(FEWEST)]
    step: Annotated[int, whole(1)]
    most: Annotated[int, whole(FEWEST)]
    hours: Annotated[float | None, number(0, null=True)]

    def __post_init__(self) -> None:
        if self.most < self.first:
            raise UserError(f"seeds.most={self.most} is less than seeds.first={self.first}")

    @classmethod
    def of(cls, tree: DictConfig) -> Self:
        """Read the settings that Hydra composed.

        Raises:
            UserError: a value is missing or impossible; the message has the remedy.
        """
        plain: Any = OmegaConf.to_container(tree, resolve=True)
        return fields.read(cls, plain, "seeds.")

    def after(self, seconds: float) -> Self:
        """Return settings with the time that is left of `hours` after some seconds."""
        left = None if self.hours is None else max(0.0, self.hours - seconds / 3600)
        return replace(self, hours=left)

    def start(self, combinations: Sequence[Sequence[str]]) -> list[list[str]]:
        """Replace `seed=auto` in combinations of overrides by each of the first seeds."""
        return [
            [*(text for text in each if text != AUTO), f"seed={seed}"]
            for seed in range(self.lowest, self.lowest + self.first)
            for each in combinations
        ]


def is_automatic(combinations: Sequence[Sequence[str]]) -> bool:
    """Whether seeds are to be added until all is decided.

    Raises:
        UserError: other seeds are given besides `auto`.
    """
    chosen = [AUTO in each for each in combinations]
    if any(chosen) and not all(chosen):
        raise UserError(f"{AUTO} chooses seeds itself: give it alone, seeds.first=3 to begin with")
    return any(chosen)
