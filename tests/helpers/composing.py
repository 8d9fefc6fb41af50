"""Compose the real configs in tests."""

from functools import cache
from pathlib import Path

from hydra import compose, initialize_config_dir
from hydra.core.config_loader import ConfigLoader
from hydra.core.global_hydra import GlobalHydra
from omegaconf import DictConfig

from shoal.grid.composing import resolved, with_values
from shoal.runs.config import RunConfig
from shoal.runs.resolvers import register_resolvers
from shoal.system.console import share_config_store

ROOT = Path(__file__).parents[2]
CONF = ROOT / "conf"


def composed(*overrides: str) -> DictConfig:
    """The config of `python train.py OVERRIDES`, resolved."""
    return resolved(with_values(_loaded, overrides))


@cache
def _loaded(overrides: tuple[str, ...]) -> DictConfig:
    """A config as its files have it: reading them takes most of the time, as it does in a grid."""
    register_resolvers()
    share_config_store()
    with initialize_config_dir(str(CONF), version_base="1.3"):
        return compose("config", list(overrides), return_hydra_config=True)


def configured(*overrides: str) -> RunConfig:
    """What `python train.py OVERRIDES` tells its run."""
    return RunConfig.of(composed(*overrides))


def options(group: str) -> list[str]:
    """The options of a config group, e.g. `model`."""
    return sorted(path.stem for path in (CONF / group).glob("*.yaml"))


@cache
def loader() -> ConfigLoader:
    """What the sweeper composes a grid's runs with."""
    register_resolvers()
    with initialize_config_dir(str(CONF), version_base="1.3"):
        return GlobalHydra.instance().hydra.config_loader
