"""The identity of a run: a digest of what decides its weights, and its folder's name."""

import hashlib
import json
from dataclasses import asdict, replace
from typing import Any

from shoal.runs.config import RunConfig
from shoal.runs.kind import NOTHING_TO_LEARN, Kind
from shoal.system.targets import stable

# Raised whenever a commit changes what a run's weights come out as: `make losses` writes the first
# losses of every model, by which a test notices.
RESULTS = 2


def deciding(config: RunConfig, train_digest: str) -> dict[str, Any]:
    """What decides the weights: loggers, paths, devices, test sets and protocol do not.

    Args:
        config: of the run.
        train_digest: of the training pictures' content.
    """
    facts: dict[str, Any] = {
        "results": RESULTS,
        "model": stable(config.model),
        "scale": config.scale,
        "data": train_digest,
    }
    if config.debug is not None:
        facts["debug"] = asdict(config.debug)  # never taken for a real run
    if config.kind is Kind.UNTRAINED:
        # All that a budget says of it: a record of one picture is no record of the whole set.
        return facts | {"pictures": [config.budget.val_pictures, config.budget.test_pictures]}
    return facts | {
        "seed": config.seed,
        "task": stable(asdict(config.task)),
        "budget": asdict(config.budget),
        "precision": config.precision,
        # They may decide anything.
        **({"callbacks": stable(config.callbacks)} if config.callbacks else {}),
    }


def run_id(config: RunConfig, train_digest: str) -> str:
    """The run's folder name, e.g. `eeds-x3-s0-1f3a9c2e`; an untrained model has no seed in it."""
    text = json.dumps(deciding(config, train_digest), sort_keys=True)
    digest = hashlib.sha256(text.encode()).hexdigest()[:8]
    seed = "" if config.kind is Kind.UNTRAINED else f"-s{config.seed}"
    return f"{config.name}-x{config.scale}{seed}-{digest}"


def bicubic(config: RunConfig) -> RunConfig:
    """The config of bicubic's own run on a config's pictures."""
    (target,) = NOTHING_TO_LEARN
    return replace(config, name="bicubic", model={"_target_": target, "scale": config.scale})
