"""The sizes of networks that papers publish scores of, by their names in the papers' tables."""

from collections.abc import Mapping
from typing import Any

SIZES: dict[str, dict[str, Any]] = {
    "srcnn": {"_target_": "shoal.models.cnn.SRCNN", "middle": 5},
    "srcnn_915": {"_target_": "shoal.models.cnn.SRCNN", "middle": 1},
    "fsrcnn": {
        "_target_": "shoal.models.fsrcnn.FSRCNN",
        **{"features": 56, "shrunk": 12, "mappings": 4},
    },
    "fsrcnn_s": {
        "_target_": "shoal.models.fsrcnn.FSRCNN",
        **{"features": 32, "shrunk": 5, "mappings": 1},
    },
    "vdsr": {"_target_": "shoal.models.vdsr.VDSR", "depth": 20},
    "lapsrn": {"_target_": "shoal.models.lapsrn.LapSRN", "depth": 10},
}


def published_as(model: Mapping[str, Any]) -> str | None:
    """The name of a network in published tables; None if no scores of its size are published.

    Args:
        model: the network's config.

    >>> published_as({"_target_": "shoal.models.vdsr.VDSR", "scale": 2, "depth": 20})
    'vdsr'
    """
    return next((name for name, size in SIZES.items() if size.items() <= model.items()), None)
