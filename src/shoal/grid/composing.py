"""Composes planned runs from overrides, as Hydra would in each run's own process."""

import copy
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

from hydra import initialize_config_dir
from hydra.core.config_loader import ConfigLoader
from hydra.core.global_hydra import GlobalHydra
from hydra.core.hydra_config import HydraConfig
from hydra.types import RunMode
from omegaconf import DictConfig, OmegaConf, open_dict

from shoal.grid.overrides import split
from shoal.grid.planned import PlannedRun
from shoal.runs.config import RunConfig
from shoal.runs.resolvers import register_resolvers
from shoal.runs.run import Run
from shoal.system.merging import require_emptied


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
    name = master.hydra.job.config_name
    cfg = with_values(lambda early: _load(loader, name, (*mine, *early)), overrides)
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


def with_values(
    load: Callable[[tuple[str, ...]], DictConfig], overrides: Iterable[str]
) -> DictConfig:
    """Return the config that Hydra composes from overrides, so that others have most of it too.

    Args:
        load: composes a config from overrides, and keeps it.
        overrides: the run's.
    """
    overrides = tuple(overrides)
    early, late = split(overrides)
    cfg = load(early)
    if not all(_is_value(cfg, name) for name in late):
        return copy.deepcopy(load(overrides))  # Hydra says what is wrong, or it is a group's
    cfg = copy.deepcopy(cfg)
    for name, value in late.items():
        OmegaConf.update(cfg, name, value)
    return cfg


def _is_value(cfg: DictConfig, name: str) -> bool:
    above, _, last = name.rpartition(".")
    fields = OmegaConf.select(cfg, above) if above else cfg
    if not isinstance(fields, DictConfig) or last not in fields:
        return False
    return OmegaConf.is_interpolation(fields, last) or not OmegaConf.is_config(fields[last])


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
