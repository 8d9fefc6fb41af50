"""Stable names of the classes that configs build: a file may move, and no run is renamed.

A run's digest and a file of weights name a class as it was called when they first named it. What
has moved since stands in the table; whatever doesn't, ours or not, counts as itself.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

CLASS = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)+")  # a dotted name: a module's, then its class's

# Where a class of ours is today: its name in digests and in weights, for ever.
STABLE = {
    "shoal.training.losses.Charbonnier": "shoal.losses.Charbonnier",
    "shoal.training.schedules.multistep": "shoal.schedules.multistep",
    "shoal.training.schedules.warmup_cosine": "shoal.schedules.warmup_cosine",
}


def targets(config: Any) -> Iterator[str]:
    """All `_target_`s of a nested config."""
    if isinstance(config, Mapping):
        if "_target_" in config:
            yield str(config["_target_"])
        for value in config.values():
            yield from targets(value)
    elif isinstance(config, list | tuple):
        for value in config:
            yield from targets(value)


def stable(config: Any) -> Any:
    """A plain config with the stable name of each `_target_` in it.

    >>> stable({"loss": {"_target_": "shoal.training.losses.Charbonnier", "epsilon": 0.001}})
    {'loss': {'_target_': 'shoal.losses.Charbonnier', 'epsilon': 0.001}}
    """
    return _renamed(config, STABLE)


def present(config: Any) -> Any:
    """The inverse: a plain config that can be built today.

    >>> present({"_target_": "shoal.losses.Charbonnier"})
    {'_target_': 'shoal.training.losses.Charbonnier'}
    """
    return _renamed(config, {name: path for path, name in STABLE.items()})


def spelled_out(config: Any) -> Any:
    """A plain config with each `upsampler` that names a class as what Hydra makes of one.

    So whatever asks a config for its targets, to trust them or to digest their code, hears of it.

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
        if not isinstance(target, str):  # none, or what will be refused where it is built
            return renamed
        return renamed | {"_target_": names.get(target, target)}
    if isinstance(config, list):
        return [_renamed(value, names) for value in config]
    return config
