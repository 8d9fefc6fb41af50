"""Stable names of the classes that configs build, so that moving a class changes no run's id.

Digests of runs and files of weights use the name that a class had when they first used it. The
table has the classes that have moved since; any other class has its own name.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

CLASS = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)+")  # the dotted name of a class in a module

# Where a class is today: its name in digests and in weights, which must never change.
STABLE = {
    "shoal.training.losses.Charbonnier": "shoal.losses.Charbonnier",
    "shoal.training.schedules.multistep": "shoal.schedules.multistep",
    "shoal.training.schedules.warmup_cosine": "shoal.schedules.warmup_cosine",
}


def targets(config: Any) -> Iterator[str]:
    """Yield all `_target_`s of a nested config."""
    if isinstance(config, Mapping):
        if "_target_" in config:
            yield str(config["_target_"])
        for value in config.values():
            yield from targets(value)
    elif isinstance(config, list | tuple):
        for value in config:
            yield from targets(value)


def stable(config: Any) -> Any:
    """Replace each `_target_` in a plain config by its stable name.

    >>> stable({"loss": {"_target_": "shoal.training.losses.Charbonnier", "epsilon": 0.001}})
    {'loss': {'_target_': 'shoal.losses.Charbonnier', 'epsilon': 0.001}}
    """
    return _renamed(config, STABLE)


def present(config: Any) -> Any:
    """Undo `stable`: replace each stable name in a plain config by the one to build from today.

    >>> present({"_target_": "shoal.losses.Charbonnier"})
    {'_target_': 'shoal.training.losses.Charbonnier'}
    """
    return _renamed(config, {name: path for path, name in STABLE.items()})


def spelled_out(config: Any) -> Any:
    """Replace each `upsampler` that names a class by a partial `_target_` for Hydra.

    Code that searches a config for targets, to trust them or to digest their source, then finds it.

    >>> spelled_out({"upsampler": "mine.Up"})
    {'upsampler': {'_target_': 'mine.Up', '_partial_': True}}
    """
    if isinstance(config, list):
        return [spelled_out(value) for value in config]
    if not isinstance(config, dict):
        return config
    spelled = {key: spelled_out(value) for key, value in config.items()}
    part = spelled.get("upsampler")
    if isinstance(part, str) and CLASS.fullmatch(part):
        spelled["upsampler"] = {"_target_": part, "_partial_": True}
    elif isinstance(part, dict) and "_target_" in part:
        spelled["upsampler"] = part | {"_partial_": True}
    return spelled


def _renamed(config: Any, names: dict[str, str]) -> Any:
    if isinstance(config, dict):
        renamed = {key: _renamed(value, names) for key, value in config.items()}
        target = renamed.get("_target_")
        if not isinstance(target, str):  # no target, or one that `built` will refuse
            return renamed
        return renamed | {"_target_": names.get(target, target)}
    if isinstance(config, list):
        return [_renamed(value, names) for value in config]
    return config
