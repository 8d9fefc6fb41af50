"""Whether a run trains: decided once, from its network's config, and recorded.

A method that is fitted rather than trained by steps would be a third kind: nothing that asks takes
what isn't the one for the other.
"""

import json
from enum import StrEnum
from functools import lru_cache
from typing import Any

from shoal.system.targets import targets

OURS = "shoal.models."
NOTHING_TO_LEARN = ("shoal.models.bicubic.Bicubic",)


class Kind(StrEnum):
    """What a run does to its network."""

    TRAINED = "trained"
    UNTRAINED = "untrained"


def kind_of(name: str, model: dict[str, Any]) -> Kind:
    """The kind of a network's runs.

    Networks of ours are known by name, without the seconds that importing PyTorch takes; any other
    is built, to see whether it has something to learn.

    Args:
        name: of the model.
        model: its config.

    Raises:
        UserError: it can't be built.
    """
    ours = all(target.startswith(OURS) for target in targets(model))
    learns = _learns(model) if ours else _has_parameters(name, json.dumps(model, default=str))
    return Kind.TRAINED if learns else Kind.UNTRAINED


def _learns(model: dict[str, Any]) -> bool:
    """An ensemble learns where one of its parts does."""
    parts = [value for value in model.values() if isinstance(value, dict) and "_target_" in value]
    if parts:
        return any(_learns(part) for part in parts)
    return model["_target_"] not in NOTHING_TO_LEARN


@lru_cache(maxsize=512)
def _has_parameters(name: str, model: str) -> bool:
    from shoal.models.build import build

    return any(value.requires_grad for value in build(name, json.loads(model)).parameters())
