"""A picture to judge by: bicubic and SR side by side, whole and, below, in detail."""

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from shoal.images import Pixels, levels
from shoal.samples import detail

PANEL = 720  # side of what a picture is shown in, pixels
ZOOM = 4  # each SR pixel of the detail becomes a square of this side
GAP, LINE = 24, 40
PAPER, INK, FRAME = "white", "#222222", "#e4572e"


def comparison(lr: Pixels, bicubic: Pixels, sr: Pixels, name: str, scale: int) -> Pixels:
    """Bicubic on the left, SR on the right.

    The detail is where the *input* has most contrast, so neither side chooses it; its pixels are
    shown as they are, as squares.

    Args:
        lr: the picture that went in.
        bicubic: enlarged by interpolation alone.
        sr: enlarged by the network.
        name: of the network.
        scale: the factor.
    """
    top, bottom, left, right = (scale * edge for edge in _busiest(lr, PANEL // ZOOM // scale))
    box, shown = (left, top, right, bottom), _eight(sr).size
    shrink = min(PANEL / max(shown), 1)
    width, height = (max(round(shrink * side), 1) for side in shown)
    column, low = max(width, right - left, (right - left) * ZOOM), 2 * LINE + height + GAP
    sheet = Image.new("RGB", (2 * column + 3 * GAP, low + (bottom - top) * ZOOM + GAP), PAPER)
    draw, font = ImageDraw.Draw(sheet), ImageFont.load_default(20)
    for number, (title, pixels) in enumerate((("bicubic", bicubic), (name, sr))):
        x, image = GAP + number * (column + GAP), _eight(pixels)
        draw.text((x, LINE / 2), f"{title} x{scale}", INK, font, anchor="lm")
        sheet.paste(image.resize((width, height), Image.Resampling.LANCZOS), (x, LINE))
        frame = [x + left * shrink, LINE + top * shrink, x + right * shrink, LINE + bottom * shrink]
        draw.rectangle(frame, outline=FRAME, width=2)
        draw.text(
            (x, low - LINE / 2),
            f"{title} x{scale}, each pixel {ZOOM} x {ZOOM}",
            INK,
            font,
            anchor="lm",
        )
        crop = image.crop(box)
        sheet.paste(
            crop.resize((crop.width * ZOOM, crop.height * ZOOM), Image.Resampling.NEAREST), (x, low)
        )
    return np.asarray(sheet)


def _busiest(lr: Pixels, side: int) -> tuple[int, int, int, int]:
    grey = np.asarray(_eight(lr).convert("L"))
    return detail(levels(grey).float(), max(side, 1), 1)


def _eight(pixels: Pixels) -> Image.Image:
    shallow = pixels if pixels.dtype == np.uint8 else (pixels >> 8).astype(np.uint8)
    return Image.fromarray(shallow)
