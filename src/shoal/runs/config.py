"""The resolved config: what is refused before anything is made, and how a mistake is worded."""

import math
import re
from typing import Any

from omegaconf import DictConfig, ListConfig, OmegaConf

from shoal.errors import UserError, unknown

PROTOCOL_NAMES = ("classic", "rgb")
# Whole numbers and their least value; None is allowed where the config says so with `null`.
WHOLE = {
    "scale": 2,
    "seed": 0,
    "jobs": 1,
    "data_workers": 0,
    "budget.max_steps": 1,
    "budget.val_every": 1,
    "budget.batch_size": 1,
    "budget.patch_size": 1,
}
WHOLE_OR_NULL = {"budget.val_pictures": 1, "budget.test_pictures": 1}
GROUPS = ("model", "data", "task", "budget", "trainer", "paths")
BOOLEAN = ("force", "keep_checkpoints")
# Numbers from the first value to below the second; None is allowed where the config says `null`.
NUMBER = {
    "task.optimizer.lr": (0, math.inf),
    "task.clip.theta": (0, math.inf),
    "task.ema.decay": (0, 1),
    "task.schedule.warmup": (0, 1),
}
NAME = re.compile(r"\w[\w .,+@=-]*")
LARGEST_SEED = 2**32 - 1  # what NumPy and PyTorch both take


def nearest_multiple(size: int, scale: Any) -> int:
    """The multiple of `scale` nearest to `size`, at least `scale`; `size` where scale is no scale.

    >>> nearest_multiple(48, 5)
    50
    """
    if not isinstance(scale, int) or scale < 1:
        return size  # `check` will say what is wrong with it
    return max(1, round(size / scale)) * scale


def register_resolvers() -> None:
    """Make `${nearest_multiple:SIZE,${scale}}` known to configs."""
    OmegaConf.register_new_resolver("nearest_multiple", nearest_multiple, replace=True)


def check(cfg: DictConfig) -> None:
    """Refuse a config that no run could have.

    Raises:
        UserError: naming the value, what it may be, and the remedy.
    """
    for key in sorted(OmegaConf.missing_keys(cfg)):
        raise UserError(f"{key} is not set: give it a value, {key}=...")
    _check_groups(cfg)
    _check_folders(cfg)
    _check_numbers(cfg)
    if not NAME.fullmatch(str(cfg.name)):
        raise UserError(f"name={cfg.name} can't begin a folder's name: give another, name=...")
    if cfg.seed > LARGEST_SEED:
        raise UserError(f"seed={cfg.seed} is too large: at most {LARGEST_SEED}")
    if cfg.budget.patch_size % cfg.scale:
        best = nearest_multiple(cfg.budget.patch_size, cfg.scale)
        raise UserError(
            f"budget.patch_size={cfg.budget.patch_size} is no multiple of scale={cfg.scale}: "
            f"try {best}"
        )
    if cfg.protocol not in PROTOCOL_NAMES:
        raise UserError(unknown("protocol", cfg.protocol, PROTOCOL_NAMES))
    for key in BOOLEAN:
        if not isinstance(cfg[key], bool):
            raise UserError(f"{key}={cfg[key]} is neither true nor false")


def _check_groups(cfg: DictConfig) -> None:
    """Refuse `model=null` and `task.loss=l1`, which replace a whole group by a word."""
    for key in (*GROUPS, *(("logger",) if cfg.logger is not None else ())):
        if not isinstance(cfg[key], DictConfig):
            raise UserError(f"{key}={cfg[key]} is no group: `python train.py --help` lists them")
    for group, value in cfg.task.items():
        if group != "init" and not isinstance(value, DictConfig):
            raise UserError(f"task.{group}={value} is no recipe: an option is task/{group}=NAME")


def _check_folders(cfg: DictConfig) -> None:
    folders = {f"paths.{name}": value for name, value in cfg.paths.items()}
    for role in ("train", "val", "test"):
        key, value = f"data.{role}", cfg.data[role]
        if cfg.data.name == "folder":
            folders |= {} if value is None else {key: value}
        elif not _are_names(value):
            raise UserError(f"{key}={value} is not a list of sets: for a folder add data=folder")
    for key, value in folders.items():
        if not isinstance(value, str) or not value.strip():
            raise UserError(f"{key}={value} is not the name of a folder")


def _are_names(value: Any) -> bool:
    return isinstance(value, ListConfig) and bool(value) and all(isinstance(n, str) for n in value)


def _check_numbers(cfg: DictConfig) -> None:
    for key, least in WHOLE.items():
        _check_whole(key, OmegaConf.select(cfg, key), least)
    for key, least in WHOLE_OR_NULL.items():
        if OmegaConf.select(cfg, key) is not None:
            _check_whole(key, OmegaConf.select(cfg, key), least)
    for key, (low, high) in NUMBER.items():
        value = OmegaConf.select(cfg, key)
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if value is not None and not (number and low <= value < high):
            below = f" and below {high}" if high < math.inf else ""
            raise UserError(f"{key}={value} is not a number of at least {low}{below}")


def _check_whole(key: str, value: Any, least: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise UserError(f"{key}={value} is not an integer of at least {least}")
