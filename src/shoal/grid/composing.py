"""Composes planned runs from overrides, as Hydra would in each run's own process."""

import copy
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

from hydra import initialize_config_dir
from hydra.core.config_loader import ConfigLoader
from hydra.core.global_hydra import GlobalHydra
from hydra.core.hydra_config import HydraConfig
from hydra.types import RunMode
from omegaconf import DictConfig, OmegaConf, open_dict

from shoal.grid.planned import PlannedRun
from shoal.runs.config import RunConfig
from shoal.runs.resolvers import register_resolvers
from shoal.runs.run import Run
from shoal.system.merging import require_emptied

# Values that choose no file of `conf`. They are set in a copy of a composed config, since composing
# takes a quarter of a second.
LATE = ("scale", "seed", "seed_init", "seed_patches")
INTEGER = re.compile(r"0|[1-9][0-9]*")  # as in Hydra's grammar, where 007 is a string

OF_GRIDS = ("seeds", "plan")  # parts of the config that only grids use
AUTO = "seed=auto"  # has a grid add seeds until its question is decided


def key(override: str) -> str:
    """Return the key that an override sets."""
    return override.partition("=")[0].lstrip("+~")


def of_runs(overrides: Iterable[str]) -> list[str]:
    """Return overrides without those that only a grid uses.

    >>> of_runs(["model=eed", "seeds.most=8", "plan=true"])
    ['model=eed']
    """
    return [text for text in overrides if key(text).partition(".")[0] not in OF_GRIDS]


def compose(loader: ConfigLoader, master: DictConfig, overrides: Iterable[str]) -> PlannedRun:
    """Compose a run from overrides.

    Args:
        loader: Hydra's.
        master: the grid's config; its overrides of `hydra` apply to every run.
        overrides: the run's.

    Raises:
        UserError: the config is impossible.
    """
    overrides = tuple(overrides)
    mine = [text for text in master.hydra.overrides.hydra if not text.startswith("hydra.mode=")]
    early, late = split(overrides)
    cfg = with_values(_load(loader, master.hydra.job.config_name, (*mine, *early)), late)
    # Added only if the config would otherwise start another grid.
    single = ("hydra.mode=RUN",) if cfg.hydra.mode == RunMode.MULTIRUN else ()
    hydra = cfg.hydra
    require_emptied(cfg, overrides)
    cfg = resolved(cfg)
    arguments = (*mine, *overrides, *single)
    return PlannedRun(overrides, arguments, cfg, hydra, Run.of(RunConfig.of(cfg)))


@contextmanager
def composer(conf: Path) -> Iterator[None]:
    """Set up Hydra to compose from a folder of configs; afterwards, restore its earlier state."""
    register_resolvers()
    here = GlobalHydra.instance()
    before, here.hydra = here.hydra, None
    try:
        with initialize_config_dir(str(conf.resolve()), version_base="1.3"):
            yield
    finally:
        GlobalHydra.instance().hydra = before  # another instance than `here` by now


def split(overrides: Iterable[str]) -> tuple[tuple[str, ...], dict[str, int]]:
    """Split overrides into those that may choose files and values to set after composing.

    >>> split(["model=eed", "scale=3", "seed=[0,1]"])
    (('model=eed', 'seed=[0,1]'), {'scale': 3})
    """
    early, late = list[str](), dict[str, int]()
    for text in overrides:
        name, _, value = text.partition("=")
        if name in LATE and INTEGER.fullmatch(value):
            late[name] = int(value)
        else:
            early.append(text)
    return tuple(early), late


def with_values(cfg: DictConfig, values: Mapping[str, int]) -> DictConfig:
    """Return a copy of a composed config with other values."""
    cfg = copy.deepcopy(cfg)
    for name, value in values.items():
        OmegaConf.update(cfg, name, value)
    return cfg


@lru_cache(maxsize=512)
def _load(loader: ConfigLoader, config_name: str, overrides: tuple[str, ...]) -> DictConfig:
    return loader.load_configuration(config_name, list(overrides), RunMode.RUN)


def resolved(cfg: DictConfig) -> DictConfig:
    """Return a composed config as its run sees it: interpolations resolved, without `hydra`."""
    state = HydraConfig.instance()
    before = state.cfg
    try:
        state.set_config(cfg)  # `${hydra:...}` reads it from there
        plain = copy.deepcopy(cfg)
        with open_dict(plain):
            del plain["hydra"]
        OmegaConf.resolve(plain)
    finally:
        state.cfg = before
    return plain
