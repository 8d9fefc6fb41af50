"""Composes planned runs from overrides, as Hydra would in a process of each run's own."""

import copy
from collections.abc import Iterable
from functools import lru_cache

from hydra.core.config_loader import ConfigLoader
from hydra.core.hydra_config import HydraConfig
from hydra.types import RunMode
from omegaconf import DictConfig, OmegaConf, open_dict

from shoal.grid.planned import PlannedRun
from shoal.runs.config import RunConfig
from shoal.runs.run import Run

# Set after composing, which takes a quarter of a second: no file of `conf` is chosen by them.
LATE = ("scale", "seed", "seed_init", "seed_patches")

OF_GRIDS = ("seeds", "plan")  # groups and values that no run looks at


def key(override: str) -> str:
    """What an override sets."""
    return override.partition("=")[0].lstrip("+~")


def of_runs(overrides: Iterable[str]) -> list[str]:
    """Overrides without those that only a grid looks at.

    >>> of_runs(["model=eed", "seeds.most=8", "plan=true"])
    ['model=eed']
    """
    return [text for text in overrides if key(text).partition(".")[0] not in OF_GRIDS]


def compose(loader: ConfigLoader, master: DictConfig, overrides: Iterable[str]) -> PlannedRun:
    """Compose the run of some overrides.

    Args:
        loader: Hydra's.
        master: the config of the grid; its overrides of `hydra` hold for every run.
        overrides: of the run.

    Raises:
        UserError: no run could have this config.
    """
    overrides = tuple(overrides)
    mine = [text for text in master.hydra.overrides.hydra if not text.startswith("hydra.mode=")]
    late = {text.partition("=")[0]: text.partition("=")[2] for text in overrides if is_late(text)}
    early = (*mine, *(text for text in overrides if not is_late(text)))
    cfg = copy.deepcopy(_load(loader, master.hydra.job.config_name, early))
    for key, value in late.items():
        OmegaConf.update(cfg, key, int(value))
    # Only said where the config would otherwise start a grid.
    single = ("hydra.mode=RUN",) if cfg.hydra.mode == RunMode.MULTIRUN else ()
    hydra = cfg.hydra
    cfg = resolved(cfg)
    arguments = (*mine, *overrides, *single)
    return PlannedRun(overrides, arguments, cfg, hydra, Run.of(RunConfig.of(cfg)))


def is_late(text: str) -> bool:
    """Whether an override may be set after composing: `scale=3`, and not `scale=[2,3]`."""
    key, _, value = text.partition("=")
    return key in LATE and value.isdigit()


@lru_cache(maxsize=512)
def _load(loader: ConfigLoader, config_name: str, overrides: tuple[str, ...]) -> DictConfig:
    return loader.load_configuration(config_name, list(overrides), RunMode.RUN)


def resolved(cfg: DictConfig) -> DictConfig:
    """A composed config as its run will see it: interpolations replaced, `hydra` taken out."""
    state = HydraConfig.instance()
    before = state.cfg
    try:
        state.set_config(cfg)  # what ${hydra:...} looks into
        plain = copy.deepcopy(cfg)
        with open_dict(plain):
            del plain["hydra"]
        OmegaConf.resolve(plain)
    finally:
        state.cfg = before
    return plain
