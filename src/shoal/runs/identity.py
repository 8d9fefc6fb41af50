"""The identity of a run: a digest of what decides its weights, and its folder's name."""

import hashlib
import json
from typing import Any

from omegaconf import DictConfig, OmegaConf

from shoal.system.targets import stable

# Raised whenever a commit changes what a run's weights come out as.
RESULTS = 2
# Trains nothing, so neither seed nor recipe nor precision decides anything.
UNTRAINED = "shoal.models.bicubic.Bicubic"


def is_trained(cfg: DictConfig) -> bool:
    """Whether the config's model has anything to learn."""
    return bool(cfg.model._target_ != UNTRAINED)


def deciding(cfg: DictConfig, train_digest: str) -> dict[str, Any]:
    """What decides the weights: loggers, paths, devices, test sets and protocol do not.

    Args:
        cfg: a validated config.
        train_digest: of the training pictures' content.
    """
    facts: dict[str, Any] = {
        "results": RESULTS,
        "model": stable(OmegaConf.to_container(cfg.model, resolve=True)),
        "scale": cfg.scale,
        "data": train_digest,
    }
    if is_trained(cfg):
        facts |= {
            "seed": cfg.seed,
            "task": stable(OmegaConf.to_container(cfg.task, resolve=True)),
            "budget": OmegaConf.to_container(cfg.budget, resolve=True),
            "precision": str(cfg.trainer.precision),
        }
    else:
        # All that a budget says of it: a record of one picture is no record of the whole set.
        facts["pictures"] = [cfg.budget.val_pictures, cfg.budget.test_pictures]
    return facts


def run_id(cfg: DictConfig, train_digest: str) -> str:
    """The run's folder name, e.g. `eeds-x3-s0-1f3a9c2e`; an untrained model has no seed in it."""
    text = json.dumps(deciding(cfg, train_digest), sort_keys=True)
    digest = hashlib.sha256(text.encode()).hexdigest()[:8]
    seed = f"-s{cfg.seed}" if is_trained(cfg) else ""
    return f"{cfg.name}-x{cfg.scale}{seed}-{digest}"


def bicubic_id(cfg: DictConfig, train_digest: str) -> str:
    """The folder name of bicubic's own run on a config's pictures."""
    bicubic = cfg.copy()
    bicubic.name = "bicubic"
    bicubic.model = {"_target_": UNTRAINED, "scale": cfg.scale}
    return run_id(bicubic, train_digest)
