"""Reads a run's `config.yaml`: quickly as plain values, or as the tree that Hydra composed."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from shoal.system import harmless

if TYPE_CHECKING:
    from omegaconf import DictConfig

NAME = "config.yaml"


def plain(folder: Path) -> dict[Any, Any]:
    """Read the config in a run's folder, safely whoever wrote it.

    Raises:
        UserError: it is no mapping, or uses more of YAML than plain values.
        OSError, ValueError, YAMLError: it is missing or damaged.
    """
    return harmless.config(folder / NAME)


def tree(folder: Path) -> "DictConfig":
    """Read the same config as the tree that `RunConfig.of` takes; raises what `plain` raises."""
    # Imported here, since readers of many runs' tables don't need it.
    from omegaconf import OmegaConf

    return OmegaConf.create(plain(folder))
