"""The `config.yaml` of a run, read back: fast and plain, or as Hydra composed it."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from omegaconf import DictConfig

NAME = "config.yaml"
# The loader of libyaml is ten times as fast, where PyYAML was built with it.
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def plain(folder: Path) -> Any:
    """What the file in a run's folder says.

    Raises:
        OSError, YAMLError: there is none, or it is damaged.
    """
    return yaml.load((folder / NAME).read_text(), Loader=LOADER)


def tree(folder: Path) -> "DictConfig":
    """The same as `RunConfig.of` takes it.

    Raises:
        OSError, YAMLError: there is none, or it is damaged.
        ValueError: it is no mapping.
    """
    # Imported here: tables of many runs are read without it.
    from omegaconf import DictConfig, OmegaConf

    found = OmegaConf.load(folder / NAME)
    if not isinstance(found, DictConfig):
        raise ValueError(f"{NAME} is no mapping")
    return found
