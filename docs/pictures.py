"""Draws the two pictures of README.md from the weights that ship: `make pictures`.

Both show `coffee` of scikit-image, by Rachel Michetti, courtesy of Pikolo Espresso Bar; CC0.
"""

from pathlib import Path

from PIL import Image, ImageDraw, ImageFont
from skimage import data

import shoal
from shoal.pictures.degrade import degrade
from shoal.upscale.command import bicubic
from shoal.upscale.comparison import comparison

HERE = Path(__file__).parent
SPOON = (slice(240, 330), slice(318, 430))  # rows and columns of the original
ZOOM, GAP, LINE = 4, 8, 26
DETAIL = 784  # rows of a comparison's lower half: a line of words, the detail, a margin


def enlarged() -> Image.Image:
    """The detail of what `shoal upscale coffee.png --compare` draws."""
    upscaler, photo = shoal.load("eeds_fast", scale=2), data.coffee()
    sheet = comparison(
        photo, {"bicubic x2": bicubic(upscaler)(photo), f"{upscaler.model} x2": upscaler(photo)}, 2
    )
    return Image.fromarray(sheet[-DETAIL:])


def reduced_and_enlarged() -> Image.Image:
    """A detail reduced by three and enlarged again, beside the original."""
    upscaler, photo = shoal.load("eeds", scale=3), data.coffee()
    lr = degrade(photo, 3)
    panels = {
        "bicubic, x3": bicubic(upscaler)(lr),
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


if __name__ == "__main__":
    enlarged().save(HERE / "enlarged.jpg", quality=90)
    reduced_and_enlarged().save(HERE / "eeds.png")
