"""What the config says under `seeds`, with types, and where `seed=auto` stands for it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any, Self

from omegaconf import DictConfig, OmegaConf

from shoal.claims.looks import FEWEST
from shoal.errors import UserError
from shoal.grid.composing import AUTO
from shoal.system import fields
from shoal.system.readers import number, whole


@dataclass(frozen=True)
class Settings:
    """How seeds are added; `conf/config.yaml` says what each value means."""

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
        """The settings that Hydra composed.

        Raises:
            UserError: naming the value, what it may be, and the remedy.
        """
        plain: Any = OmegaConf.to_container(tree, resolve=True)
        return fields.read(cls, plain, "seeds.")

    def after(self, seconds: float) -> Self:
        """With what is left of `hours` when some of them are spent."""
        left = None if self.hours is None else max(0.0, self.hours - seconds / 3600)
        return replace(self, hours=left)

    def start(self, combinations: Sequence[Sequence[str]]) -> list[list[str]]:
        """The combinations of the first seeds, in place of `seed=auto`."""
        return [
            [*(text for text in each if text != AUTO), f"seed={seed}"]
            for seed in range(self.lowest, self.lowest + self.first)
            for each in combinations
        ]


def is_automatic(combinations: Sequence[Sequence[str]]) -> bool:
    """Whether seeds are to be added until all is decided.

    Raises:
        UserError: there are seeds beside `auto`.
    """
    chosen = [AUTO in each for each in combinations]
    if any(chosen) and not all(chosen):
        raise UserError(f"{AUTO} chooses seeds itself: give it alone, seeds.first=3 to begin with")
    return any(chosen)
