"""What configs compute: `${nearest_multiple:SIZE,${scale}}` and `${default_jobs:}`."""

from typing import Any

from omegaconf import DictConfig, OmegaConf

from shoal.runs.trainer import wants_one_gpu
from shoal.system.gpus import visible


def nearest_multiple(size: int, scale: Any) -> int:
    """The multiple of `scale` nearest to `size`, at least `scale`; `size` where scale is no scale.

    >>> nearest_multiple(48, 5)
    50
    """
    if not isinstance(scale, int) or scale < 1:
        return size  # `RunConfig` says what is wrong with it
    return max(1, round(size / scale)) * scale


def default_jobs(_root_: DictConfig) -> int:
    """How many runs of a grid work at a time unless it is said: one per GPU that they go to."""
    trainer: Any = OmegaConf.select(_root_, "trainer")
    wants = isinstance(trainer, DictConfig) and wants_one_gpu(dict(trainer))
    return max(1, len(visible())) if wants else 1


def register_resolvers() -> None:
    """Make them known to OmegaConf."""
    OmegaConf.register_new_resolver("nearest_multiple", nearest_multiple, replace=True)
    OmegaConf.register_new_resolver("default_jobs", default_jobs, replace=True)
