"""The sample crops of a made-up run."""

from pathlib import Path

import numpy as np
from PIL import Image


def write_samples(folder: Path, level: float, rng: np.random.Generator, *, branched: bool) -> None:
    """Two crops of 96 x 96: rings as HR, blurred rings as bicubic, something between as SR."""
    folder.mkdir(parents=True, exist_ok=True)
    y, x = np.mgrid[:96, :96] / 96.0
    for image, (cy, cx) in {"000": (0.3, 0.4), "001": (0.8, 0.1)}.items():
        wave = np.cos(260 * ((y - cy) ** 2 + (x - cx) ** 2))
        sharp = {"hr": 1.0, "bicubic": 0.35, "sr": min(1.0, 0.35 + 0.3 * (level - 30))}
        for kind, gain in sharp.items():
            _save(folder / f"Sample-{image}-{kind}.png", 0.5 + 0.45 * gain * wave)
        if branched:
            _save(folder / f"Sample-{image}-shallow.png", 0.5 + 0.3 * wave)
            _save(folder / f"Sample-{image}-deep.png", 0.5 + 0.1 * rng.normal(size=wave.shape))


def _save(path: Path, image: np.ndarray) -> None:
    Image.fromarray((image.clip(0, 1) * 255).astype(np.uint8)).save(path)
