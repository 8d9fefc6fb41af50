"""OmegaConf resolvers: `${nearest_multiple:SIZE,${scale}}` and `${default_jobs:}`."""

from typing import Any

from omegaconf import DictConfig, OmegaConf

from shoal.runs.trainer import wants_one_gpu
from shoal.system.gpus import visible


def nearest_multiple(size: int, scale: Any) -> int:
    """Return the multiple of `scale` nearest to `size`; `size` itself if `scale` is invalid.

    >>> nearest_multiple(48, 5)
    50
    """
    if not isinstance(scale, int) or scale < 1:
        return size  # `RunConfig` refuses the scale later, with a clear message
    return max(1, round(size / scale)) * scale


def default_jobs(_root_: DictConfig) -> int:
    """Return how many runs of a grid work at a time by default: one per GPU if they use GPUs."""
    trainer: Any = OmegaConf.select(_root_, "trainer")
    wants = isinstance(trainer, DictConfig) and wants_one_gpu(dict(trainer))
    return max(1, len(visible())) if wants else 1


def register_resolvers() -> None:
    """Register both with OmegaConf."""
    OmegaConf.register_new_resolver("nearest_multiple", nearest_multiple, replace=True)
    OmegaConf.register_new_resolver("default_jobs", default_jobs, replace=True)
