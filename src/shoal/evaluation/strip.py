"""Crops side by side in one picture, each below its name."""

from collections.abc import Mapping

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from shoal.pictures.levels import Pixels

GAP, HEAD = 4, 18  # pixels: between crops, above them
SIZE = 12  # font size of the names, in pixels
SHOWN = {"sr": "SR", "hr": "HR"}  # names to show; other kinds are shown as they are


def strip(crops: Mapping[str, Pixels]) -> Pixels:
    """Lay crops out on white, from left to right.

    Args:
        crops: by kind, e.g. `bicubic` or `sr`: `(H, W)` or `(H, W, C)`, all of one shape.
    """
    height, width, *channels = next(iter(crops.values())).shape
    lefts = {kind: place * (width + GAP) for place, kind in enumerate(crops)}
    size = HEAD + height, len(crops) * (width + GAP) - GAP
    sheet = np.full((*size, *channels), 255, np.uint8)
    names = _names({SHOWN.get(kind, kind): left for kind, left in lefts.items()}, size[1])
    sheet[:HEAD] = names.reshape(*names.shape, *(1 for _ in channels))
    for kind, crop in crops.items():
        sheet[HEAD:, lefts[kind] : lefts[kind] + width] = crop
    return sheet


def _names(lefts: Mapping[str, int], width: int) -> Pixels:
    head = Image.new("L", (width, HEAD), 255)
    font = ImageFont.load_default(SIZE)
    for name, left in lefts.items():
        ImageDraw.Draw(head).text((left, 1), name, fill=0, font=font)
    return np.asarray(head)
