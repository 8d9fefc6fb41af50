"""Draws text.png and compressed.png: a page of text, and a compressed photograph, before and after.

python docs/before_after.py             # from the root of the project, with the weights that ship

Photograph: `coffee` of scikit-image, by Rachel Michetti, courtesy of Pikolo Espresso Bar; CC0.
"""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont
from skimage import data

import shoal
from pictures import bicubic
from shoal.models import weights
from shoal.pictures.degrade import degrade
from shoal.pictures.jpeg import compressed
from shoal.pictures.levels import Pixels
from shoal.pretrained import shipped
from shoal.upscale import pytorch

HERE = Path(__file__).parent
SCALE, QUALITY = 2, 40
GAP, LINE = 8, 26
NEAR_WHITE = 16  # the amplification of differences from white
CUP = (slice(60, 190), slice(110, 270))  # rows and columns of LR
TEXT = """White paper stays white.

Between the lines, around
the letters, at the edges
nothing may be grey."""


def page() -> Pixels:
    """Black text on white, as a small scan has it."""
    paper = Image.new("RGB", (250, 120), "white")
    ImageDraw.Draw(paper).multiline_text((12, 8), TEXT, "black", ImageFont.load_default(16))
    return np.asarray(paper)


def off_white(pixels: Pixels) -> Pixels:
    """The differences from white, amplified."""
    return (255 - np.minimum((255 - pixels.astype(int)) * NEAR_WHITE, 255)).astype(np.uint8)


def sheet(panels: Mapping[str, Pixels], zoom: int) -> Image.Image:
    """Pictures of the same size side by side, with their names above."""
    height, width = (zoom * side for side in next(iter(panels.values())).shape[:2])
    made = Image.new("RGB", (len(panels) * (width + GAP) - GAP, LINE + height), "#dddddd")
    draw, font = ImageDraw.Draw(made), ImageFont.load_default(15)
    for number, (name, pixels) in enumerate(panels.items()):
        left = number * (width + GAP)
        large = Image.fromarray(pixels).resize((width, height), Image.Resampling.NEAREST)
        made.paste(large, (left, LINE))
        draw.text((left + 2, LINE / 2), name, "black", font, anchor="lm")
    return made


def text() -> Image.Image:
    """A page of text, enlarged without and with the correction that keeps flat areas flat."""
    after = shoal.load("eeds_fast", SCALE, runtime="torch")
    network, _ = weights.load(shipped()["eeds_fast", SCALE])
    before = replace(after, run=pytorch.runtime(network), halved=None)
    panels = {"before": before(page()), "after": after(page())}
    for name, pixels in panels.items():
        print(f"{name}: {np.mean(pixels == 255):.1%} of all values are 255")
    strong = {f"{name}, off white x{NEAR_WHITE}": off_white(each) for name, each in panels.items()}
    return sheet(panels | strong, 1)


def photograph() -> Image.Image:
    """A compressed photograph, enlarged by bicubic, by clean weights and by those for JPEGs."""
    lr = compressed(degrade(data.coffee(), SCALE)[CUP], QUALITY)
    clean, jpeg = (shoal.load(f"eeds_fast{kind}", SCALE) for kind in ("", "_jpeg"))
    panels = {
        "bicubic": bicubic(clean, lr),
        "--noise none": clean(lr),
        "--noise jpeg": jpeg(lr),
    }
    return sheet(panels, 1)


if __name__ == "__main__":
    text().save(HERE / "text.png", optimize=True)
    photograph().save(HERE / "compressed.png", optimize=True)
