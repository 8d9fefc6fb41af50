"""Compose the real configs in tests."""

from pathlib import Path

from hydra import compose, initialize_config_dir
from hydra.core.hydra_config import HydraConfig
from omegaconf import DictConfig, OmegaConf, open_dict

from shoal.runs.config import register_resolvers

ROOT = Path(__file__).parents[2]
CONF = ROOT / "conf"
SOURCES = ROOT / "experiments"  # claims, and what was published


def composed(*overrides: str) -> DictConfig:
    """The config of `python train.py OVERRIDES`, resolved."""
    register_resolvers()
    with initialize_config_dir(str(CONF), version_base="1.3"):
        cfg = compose("config", list(overrides), return_hydra_config=True)
        HydraConfig.instance().set_config(cfg)
        with open_dict(cfg):
            del cfg["hydra"]
        OmegaConf.resolve(cfg)
    return cfg


def options(group: str) -> list[str]:
    """The options of a config group, e.g. `model`."""
    return sorted(path.stem for path in (CONF / group).glob("*.yaml"))
