"""Draws the pictures of README.md and of docs/ with the shipped weights: `make pictures`.

The photograph is `coffee` of scikit-image, by Rachel Michetti, courtesy of Pikolo Espresso Bar;
CC0.
"""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter, ImageFont
from skimage import data

import shoal
from shoal.pictures.degrade import degrade
from shoal.pictures.grounds import shown
from shoal.pictures.images import Picture
from shoal.upscale.comparison import comparison
from shoal.upscale.fitting import interpolated
from shoal.upscale.upscaler import Upscaler

HERE = Path(__file__).parent
SPOON = (slice(240, 330), slice(318, 430))  # rows and columns of the original
ZOOM, GAP, LINE = 4, 8, 26
BICUBIC = Image.Resampling.BICUBIC
DETAIL = 784  # rows of a comparison's lower half: a line of words, the detail, a margin


def bicubic(upscaler: Upscaler, pixels: NDArray[np.uint8]) -> NDArray[Any]:
    """The bicubic enlargement by the factor of `upscaler`."""
    height, width = pixels.shape[:2]
    size = height * upscaler.scale, width * upscaler.scale
    return interpolated(upscaler, Picture(pixels), size).pixels


def enlarged() -> Image.Image:
    """The lower half of the sheet that `shoal upscale coffee.png --compare` draws: the detail."""
    upscaler, photo = shoal.load("eeds_fast", scale=2), data.coffee()
    sheet = comparison(
        photo, {"bicubic x2": bicubic(upscaler, photo), f"{upscaler.model} x2": upscaler(photo)}, 2
    )
    return Image.fromarray(sheet[-DETAIL:])


def reduced_and_enlarged() -> Image.Image:
    """A detail that was reduced by three and enlarged again, beside the original."""
    upscaler, photo = shoal.load("eeds", scale=3), data.coffee()
    lr = degrade(photo, 3)
    panels = {
        "bicubic, x3": bicubic(upscaler, lr),
        "EEDS, x3": upscaler(lr),
        "the original": photo,
    }
    height, width = (ZOOM * (part.stop - part.start) for part in SPOON)
    sheet = Image.new("RGB", (len(panels) * (width + GAP) - GAP, LINE + height), "white")
    draw, font = ImageDraw.Draw(sheet), ImageFont.load_default(16)
    for number, (name, pixels) in enumerate(panels.items()):
        left = number * (width + GAP)
        detail = Image.fromarray(pixels[SPOON]).resize((width, height), Image.Resampling.NEAREST)
        sheet.paste(detail, (left, LINE))
        draw.text((left + 2, LINE / 2), name, "black", font, anchor="lm")
    return sheet


def logo(side: int) -> NDArray[np.uint8]:
    """Waves in a disc with a hole and a soft shadow, on transparent ground: `(side, side, 4)`."""
    big = 8 * side
    mask = Image.new("L", (big, big), 0)
    draw = ImageDraw.Draw(mask)
    draw.ellipse([part * big for part in (0.08, 0.05, 0.92, 0.89)], fill=255)
    draw.ellipse([part * big for part in (0.62, 0.18, 0.74, 0.30)], fill=0)
    inside = np.asarray(mask)[..., None] / 255
    blurred = np.asarray(mask.filter(ImageFilter.GaussianBlur(0.04 * big)))[..., None] / 510
    shadow = (1 - inside) * np.roll(blurred, big // 32, 0)
    rows, columns = np.mgrid[:big, :big] / big
    colours = np.stack([230 - 120 * rows, 90 + 100 * columns, 60 + 160 * rows], -1)
    for height, ink in ((0.42, (20, 60, 120)), (0.56, (250, 240, 220)), (0.70, (240, 80, 40))):
        wave = height + 0.05 * np.sin(2 * np.pi * (2 * columns + height))
        colours[np.abs(rows - wave) < 0.03] = ink
    drawn = np.dstack([colours * inside, inside + shadow])
    drawn = drawn.reshape(side, 8, side, 8, 4).mean((1, 3))
    straight = drawn[..., :3] / np.maximum(drawn[..., 3:], 1 / 255)
    return np.dstack([straight, 255 * drawn[..., 3]]).round().clip(0, 255).astype(np.uint8)


def transparent() -> Image.Image:
    """A logo enlarged by four: colours and opacity separately, and as `shoal upscale` does."""
    upscaler, lr = shoal.load("eeds_fast", scale=4), logo(60)
    size = 4 * lr.shape[1], 4 * lr.shape[0]
    apart = np.dstack([upscaler(lr[..., :3].copy()), bicubic(upscaler, lr[..., 3].copy())])
    panels = {
        "Pillow's bicubic, x4": np.asarray(Image.fromarray(lr).resize(size, BICUBIC)),
        "colours and opacity apart": apart,
        "EEDS-fast, x4": upscaler(lr),
    }
    side = 2 * size[0]
    sheet = Image.new("RGB", (len(panels) * (side + GAP) - GAP, LINE + side), "white")
    draw, font = ImageDraw.Draw(sheet), ImageFont.load_default(16)
    for number, (name, pixels) in enumerate(panels.items()):
        left = number * (side + GAP)
        composite = shown(Picture(pixels[..., :3], pixels[..., 3]), 16)
        panel = Image.fromarray(composite).resize((side, side), Image.Resampling.NEAREST)
        sheet.paste(panel, (left, LINE))
        draw.text((left + 2, LINE / 2), name, "black", font, anchor="lm")
    return sheet


if __name__ == "__main__":
    enlarged().save(HERE / "enlarged.jpg", quality=90)
    reduced_and_enlarged().save(HERE / "eeds.png")
    transparent().save(HERE / "transparent.png", optimize=True)
