"""What a run does to its model; the model's config decides it, and the record keeps it."""

import json
from collections.abc import Mapping
from enum import StrEnum
from functools import lru_cache
from typing import Any

from shoal.errors import UserError
from shoal.models.channels import OURS
from shoal.system.targets import targets

FITTED = f"{OURS}classical."
BICUBIC_TARGET = f"{OURS}bicubic.Bicubic"
NOTHING_TO_LEARN = (BICUBIC_TARGET,)


class Kind(StrEnum):
    """What a run does to its model."""

    TRAINED = "trained"  # by steps
    FITTED = "fitted"  # stage by stage, to whole pictures
    UNTRAINED = "untrained"

    @property
    def learns(self) -> bool:
        """Whether a run has a seed and leaves weights."""
        return self is not Kind.UNTRAINED


def recorded(record: Mapping[Any, Any]) -> Kind:
    """Return what a finished run did to its model, from its record or its row of a table.

    Old records don't have the kind: their runs were trained by steps, or had none.
    """
    word = record.get("kind")
    if isinstance(word, str) and word:
        return Kind(word)
    return Kind.TRAINED if float(record.get("steps") or 0) > 0 else Kind.UNTRAINED


def kind_of(name: str, model: dict[str, Any]) -> Kind:
    """Return what a run does to a model.

    Shoal's own models are known by their targets, which saves the seconds that importing PyTorch
    takes. Any other model is built to see whether it has parameters to train.

    Args:
        name: the model's.
        model: its config.

    Raises:
        UserError: it can't be built, or has a part that is fitted.
    """
    ours = all(target.startswith(OURS) for target in targets(model))
    return _ours(name, model) if ours else _built(name, json.dumps(model, default=str))


def _ours(name: str, model: dict[str, Any]) -> Kind:
    """Return the kind of a model of Shoal's; an ensemble learns if one of its parts does."""
    parts = [value for value in model.values() if isinstance(value, dict) and "_target_" in value]
    if parts:
        kinds = {_ours(name, part) for part in parts}
        if Kind.FITTED in kinds:
            raise UserError(f"model={name} has a part that is fitted: such a model stands alone")
        return Kind.TRAINED if Kind.TRAINED in kinds else Kind.UNTRAINED
    target = model["_target_"]
    if target in NOTHING_TO_LEARN:
        return Kind.UNTRAINED
    return Kind.FITTED if target.startswith(FITTED) else Kind.TRAINED


@lru_cache(maxsize=512)
def _built(name: str, model: str) -> Kind:
    from shoal.models.build import build
    from shoal.models.fitted import FittedModel

    network = build(name, json.loads(model))
    if isinstance(network, FittedModel):
        return Kind.FITTED
    learns = any(value.requires_grad for value in network.parameters())
    return Kind.TRAINED if learns else Kind.UNTRAINED
