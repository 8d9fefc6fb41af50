"""Compose the real configs in tests."""

import copy
from functools import cache
from pathlib import Path

from hydra import compose, initialize_config_dir
from hydra.core.hydra_config import HydraConfig
from omegaconf import DictConfig, OmegaConf, open_dict

from shoal.grid.composing import is_late
from shoal.runs.config import RunConfig, register_resolvers
from shoal.system.console import share_config_store

ROOT = Path(__file__).parents[2]
CONF = ROOT / "conf"


def composed(*overrides: str) -> DictConfig:
    """The config of `python train.py OVERRIDES`, resolved."""
    cfg = copy.deepcopy(_loaded(*(text for text in overrides if not is_late(text))))
    for name, _, value in (text.partition("=") for text in overrides if is_late(text)):
        OmegaConf.update(cfg, name, int(value))
    HydraConfig.instance().set_config(cfg)
    with open_dict(cfg):
        del cfg["hydra"]
    OmegaConf.resolve(cfg)
    return cfg


@cache
def _loaded(*overrides: str) -> DictConfig:
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
