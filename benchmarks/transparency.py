"""Errors of several ways to enlarge transparent and grey pictures, for `docs/upscaling.md`.

    python -m benchmarks.transparency [Set5 Set14 ...]

Prints the error of a logo enlarged by four, on three backgrounds. For folders of `$SHOAL_DATA` it
prints the PSNR of their pictures turned grey, enlarged as grey and as RGB pictures.
"""

import os
import sys
from pathlib import Path

import numpy as np
from docs.pictures import bicubic, logo
from numpy.typing import NDArray
from PIL import Image

import shoal
from shoal.pictures.colour import grey
from shoal.pictures.degrade import degrade
from shoal.pictures.finding import pictures
from shoal.pictures.grounds import over
from shoal.pictures.images import Picture, read
from shoal.pictures.levels import Pixels

SCALE, SIDE = 4, 240
GROUNDS = {"black": 0.0, "white": 1.0, "grey": 0.5}


def reduced(icon: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The icon reduced by `SCALE`: means of its colours, weighted by opacity."""
    opacity = icon[..., 3:] / 255
    drawn = np.dstack([icon[..., :3] * opacity, opacity])
    small = drawn.reshape(len(icon) // SCALE, SCALE, -1, SCALE, 4).mean((1, 3))
    straight = small[..., :3] / np.maximum(small[..., 3:], 1 / 255)
    return np.dstack([straight, 255 * small[..., 3]]).round().clip(0, 255).astype(np.uint8)


def error(sr: NDArray[np.uint8], hr: NDArray[np.uint8], ground: float) -> float:
    """The root mean square error (levels) of both icons on a background."""
    one, other = (over(Picture(icon[..., :3], icon[..., 3]), ground) for icon in (sr, hr))
    return float(np.sqrt(((one.astype(np.float64) - other) ** 2).mean()))


def logos() -> None:
    """Print the error of the logo, enlarged in three ways, on three backgrounds."""
    hr = logo(SIDE)
    lr, enlarge = reduced(hr), shoal.load("eeds_fast", SCALE)
    apart = [enlarge(lr[..., :3].copy()), bicubic(enlarge, lr[..., 3].copy())]
    ways = {
        "Pillow's bicubic": np.asarray(
            Image.fromarray(lr).resize((SIDE, SIDE), Image.Resampling.BICUBIC)
        ),
        "colours and opacity apart": np.dstack(apart),
        "EEDS-fast": enlarge(lr),
    }
    for way, sr in ways.items():
        print(f"{way}:", *(f"{name} {error(sr, hr, at):.1f}" for name, at in GROUNDS.items()))


def psnr(sr: Pixels, hr: Pixels, border: int) -> float:
    """PSNR (dB) of levels in 0..255, with a border shaved off."""
    off = (sr.astype(np.float64) - hr)[border:-border, border:-border]
    return float(10 * np.log10(255**2 / (off**2).mean()))


def greys(folders: list[Path]) -> None:
    """Print the PSNR of grey pictures, enlarged as grey and as RGB pictures."""
    for scale in (2, 3, 4):
        enlarge, scores = shoal.load("eeds_fast", scale), []
        for path in pictures(folders):
            hr = grey(read(path).pixels)
            hr = hr[: len(hr) // scale * scale, : hr.shape[1] // scale * scale]
            lr = degrade(hr, scale)
            given = lr, np.dstack([lr] * 3), lr.astype(np.uint16) * 257
            plain, colours, wide = (enlarge(each) for each in given)
            results = plain, colours[..., 0], np.floor(wide / 257 + 0.5)
            scores.append([psnr(each, hr, scale) for each in results])
        means = np.mean(scores, 0)
        print(
            f"x{scale}: grey {means[0]:.3f}, RGB {means[1]:.3f}, grey of 16 bits {means[2]:.3f} dB"
        )


if __name__ == "__main__":
    logos()
    if sys.argv[1:]:
        greys([Path(os.environ["SHOAL_DATA"]) / name for name in sys.argv[1:]])
