"""Weights and pictures in, larger pictures out: tiles, runtimes, export.

It imports runs (for a run's folder), evaluation and what lies below.
"""

from pathlib import Path

from shoal import pretrained
from shoal.errors import UserError
from shoal.runs.folder import RunFolder
from shoal.upscale import runtimes
from shoal.upscale.tiles import side_for
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
        model: a network that ships (`eeds_fast`, `eeds`), or the path of a run's folder
            or of its `weights.safetensors`; the network that is best for most if None.
        scale: 2, 3 or 4; if None, the file's own, and 2 for networks that ship.
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
    path = _weights(model, scale)
    network = runtimes.build(runtime, path, trust=trust)
    facts, reach = network.facts, network.reach
    if scale not in (None, facts["scale"]):
        raise UserError(f"{path} enlarges by {facts['scale']}, not by {scale}")
    side = side_for(network.layer_bytes, reach or 0, tile, network.memory)
    name, scale = str(facts.get("name", path.stem)), int(facts["scale"])
    what = name, scale, network.runtime, network.run, reach, side
    return Upscaler(*what, ensemble, network.channels, network.place, network.halved)


def _weights(model: str | Path | None, scale: int | None) -> Path:
    """The file meant: a string that ends in .safetensors is a path, any other a name."""
    if isinstance(model, Path) or (model and model.endswith(".safetensors")):
        path = Path(model)
        return RunFolder(path).weights if path.is_dir() else path
    return pretrained.find(model, scale or pretrained.DEFAULT_SCALE)
