"""The typed group `search`, which a file of `conf/hparams_search` sets."""

from dataclasses import dataclass
from typing import Annotated, Any, Self

from omegaconf import DictConfig, OmegaConf

from shoal.errors import UserError
from shoal.system import fields
from shoal.system.fields import node
from shoal.system.readers import whole


def _built(key: str, value: Any) -> dict[str, Any]:
    """Read an object that Hydra builds, for which the config has no group of options."""
    if not isinstance(value, dict):
        raise UserError(f"{key}={value} has no _target_ to build")
    built: dict[str, Any] = node()(key, value)
    return built


@dataclass(frozen=True)
class Settings:
    """How a search proceeds; `conf/hparams_search/optuna.yaml` explains each value."""

    trials: Annotated[int, whole(1)]
    seed: Annotated[int, whole(0)]
    space: Any  # see `space.suggestions`
    sampler: Annotated[dict[str, Any], _built]
    pruner: Annotated[dict[str, Any], _built]
    storage: str | None

    @classmethod
    def of(cls, tree: DictConfig) -> Self:
        """Read the settings that Hydra composed.

        Raises:
            UserError: a value is missing or impossible; the message has the remedy.
        """
        plain: Any = OmegaConf.to_container(tree, resolve=True)
        return fields.read(cls, plain, "search.")
