"""Weights and pictures in, larger pictures out: tiles, runtimes, export.

It imports runs (for a run's folder), evaluation and what lies below.
"""

from pathlib import Path

from shoal.upscale.networks import Settings
from shoal.upscale.sought import networks
from shoal.upscale.upscaler import Upscaler

__all__ = ["Upscaler", "load"]


def load(
    model: str | Path | None = None,
    scale: int | None = None,
    *,
    runtime: str = "auto",
    tile: int | None = None,
    ensemble: bool = False,
    trust: bool = False,
) -> Upscaler:
    """What enlarges pictures, ready to be called.

    Args:
        model: a network that ships (`eeds_fast`, `eeds`), the path of a run's folder or of its
            `weights.safetensors`, or what the Hugging Face hub holds: `hf://owner/name`, or the
            path of a folder of that layout; the network that is best for most if None.
        scale: 2, 3 or 4, or what two of them make in a row: 6, 8, 9, 12, 16; if None, the file's
            own, and 2 for networks that ship.
        runtime: `cuda`, `torch`, `openvino`, `onnxruntime`, or `auto`, the fastest that is here.
        tile: side of the pieces that are computed at once, in pixels of the input; it changes
            memory and speed, not the result. By the memory there is if None.
        ensemble: average over the eight symmetries of the square: eight times the work, slightly
            better.
        trust: also build networks that are not Shoal's own; this runs code that the file names.

    Raises:
        UserError: there are no such weights, or not at that scale; no such runtime.

    >>> import numpy as np, shoal
    >>> enlarge = shoal.load("eeds", scale=3, runtime="torch")
    >>> larger = enlarge(np.full((8, 10, 3), 128, np.uint8))
    >>> larger.shape, larger.dtype.name
    ((24, 30, 3), 'uint8')
    """
    found = networks(model, Settings(runtime, tile, ensemble, trust))
    return found.upscaler(found.exact(scale))
