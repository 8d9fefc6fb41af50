"""Pictures enlarged by trained networks: weights, runtimes, tiles, files, export.

It imports runs (for a run's folder), evaluation and what lies below them.
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
    """Load a network that enlarges pictures when called.

    Args:
        model: the name of a network that ships (`eeds_fast`, `eeds_large`, `eeds`); the path of a
            run's folder or of its `weights.safetensors`; an address in the Hugging Face hub,
            `hf://owner/name`, or the path of a folder in the hub's layout. None: `eeds_fast`.
        scale: 2, 3 or 4, or a product of two of these, for which two networks run one after the
            other: 6, 8, 9, 12, 16. None: the file's own scale, and 2 for networks that ship.
        runtime: `cuda`, `torch`, `openvino`, `onnxruntime`, or `auto`, the fastest available.
        tile: side of the pieces that are computed at a time, in pixels of the input. It changes
            memory and speed, not the result. None: by the free memory.
        ensemble: average over the eight symmetries of the square: eight times the work for a
            slightly better result.
        trust: also build networks that are not Shoal's own, which runs code that the file names.

    Raises:
        UserError: there are no such weights, none at that scale, or no such runtime.

    >>> import numpy as np, shoal
    >>> enlarge = shoal.load("eeds", scale=3, runtime="torch")
    >>> larger = enlarge(np.full((8, 10, 3), 128, np.uint8))
    >>> larger.shape, larger.dtype.name
    ((24, 30, 3), 'uint8')
    """
    found = networks(model, Settings(runtime, tile, ensemble, trust))
    return found.upscaler(found.exact(scale))
