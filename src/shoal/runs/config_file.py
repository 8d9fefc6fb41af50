"""The `config.yaml` of a run, read back: fast and plain, or as Hydra composed it."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from shoal.system import harmless

if TYPE_CHECKING:
    from omegaconf import DictConfig

NAME = "config.yaml"


def plain(folder: Path) -> dict[Any, Any]:
    """What the file in a run's folder says, whoever wrote it.

    Raises:
        UserError: it is no mapping, or not plain.
        OSError, ValueError, YAMLError: there is none, or it is damaged.
    """
    return harmless.config(folder / NAME)


def tree(folder: Path) -> "DictConfig":
    """The same as `RunConfig.of` takes it; it raises the same."""
    # Imported here: tables of many runs are read without it.
    from omegaconf import OmegaConf

    return OmegaConf.create(plain(folder))
