"""Transparent icons, drawn by code."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

FINE = 4  # drawn at so many times the size, so that edges are soft


def icon(side: int, *, shadow: bool = False) -> NDArray[np.float64]:
    """A disc with a hole and a stripe, with or without a soft shadow, `(H, W, 4)` in 0..255.

    Colours are multiplied by opacity, which is last.
    """
    big = FINE * side
    shape = Image.new("L", (big, big), 0)
    draw = ImageDraw.Draw(shape)
    draw.ellipse((0.1 * big, 0.05 * big, 0.9 * big, 0.85 * big), fill=255)
    draw.ellipse((0.6 * big, 0.2 * big, 0.75 * big, 0.35 * big), fill=0)
    inside = np.asarray(shape) / 255
    below = np.roll(np.asarray(shape.filter(ImageFilter.GaussianBlur(0.04 * big))), big // 30, 0)
    opacity = inside + (1 - inside) * below / 510 * shadow
    rows = np.linspace(0, 1, big)[:, None] * np.ones(big)
    colours = np.stack([230 - 120 * rows, 90 + 60 * rows, 60 + 160 * rows], -1)
    colours[np.abs(rows - 0.5) < 0.05] = 20, 60, 120
    drawn = np.dstack([colours * inside[..., None], opacity * 255])
    return drawn.reshape(side, FINE, side, FINE, 4).mean((1, 3))


def stored(drawn: NDArray[np.float64], hidden: Any = 0, dtype: Any = np.uint8) -> NDArray[Any]:
    """The icon with straight colours; `hidden` is what lies where nothing shows."""
    top = np.iinfo(dtype).max
    opacity = np.floor(drawn[..., 3:] * (top / 255) + 0.5)
    colours = drawn[..., :3] * (top / 255) / np.maximum(opacity / top, 1 / top)
    colours = np.where(opacity > 0, np.floor(colours.clip(0, top) + 0.5), hidden)
    return np.dstack([colours, opacity]).astype(dtype)
