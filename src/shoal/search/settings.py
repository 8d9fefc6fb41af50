"""What a file of `conf/hparams_search` says under `search`, with types."""

from dataclasses import dataclass
from typing import Annotated, Any, Self

from omegaconf import DictConfig, OmegaConf

from shoal.errors import UserError
from shoal.system import fields
from shoal.system.fields import node
from shoal.system.readers import whole


def _built(key: str, value: Any) -> dict[str, Any]:
    """What Hydra builds; no group of the config has options for it."""
    if not isinstance(value, dict):
        raise UserError(f"{key}={value} has no _target_ to build")
    built: dict[str, Any] = node()(key, value)
    return built


@dataclass(frozen=True)
class Settings:
    """How a search goes about it; `conf/hparams_search/optuna.yaml` says what each value means."""

    trials: Annotated[int, whole(1)]
    seed: Annotated[int, whole(0)]
    space: Any  # see `space.suggestions`
    sampler: Annotated[dict[str, Any], _built]
    pruner: Annotated[dict[str, Any], _built]
    storage: str | None

    @classmethod
    def of(cls, tree: DictConfig) -> Self:
        """The settings that Hydra composed.

        Raises:
            UserError: naming the value, what it may be, and the remedy.
        """
        plain: Any = OmegaConf.to_container(tree, resolve=True)
        return fields.read(cls, plain, "search.")
