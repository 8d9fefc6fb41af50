"""What the rows share: configs, caches and scratch folders."""

import os
from pathlib import Path

from hydra import compose, initialize_config_dir
from hydra.core.hydra_config import HydraConfig
from omegaconf import open_dict

from shoal.data.cache import Cache, open_cache
from shoal.data.catalog import default_root, picture_set
from shoal.runs.config import RunConfig
from shoal.runs.resolvers import register_resolvers

ROOT = Path(__file__).parent.parent
SCRATCH = ROOT / "output" / "bench"  # ignored by git; may be deleted at any time


def configured(*overrides: str) -> RunConfig:
    """The config of `python train.py OVERRIDES`, with all files in the scratch folder."""
    register_resolvers()
    here = (f"paths.runs={SCRATCH}/runs", f"paths.cache={SCRATCH}/cache")
    with initialize_config_dir(str(ROOT / "conf"), version_base="1.3"):
        tree = compose("config", [*here, *overrides], return_hydra_config=True)
        HydraConfig.instance().set_config(tree)
        with open_dict(tree):
            del tree["hydra"]
        return RunConfig.of(tree)


def cache(name: str, scale: int = 3) -> Cache:
    """A decoded picture set."""
    return open_cache(picture_set(name), default_root(), scale, SCRATCH / "cache")


def cores() -> int:
    """The number of cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
