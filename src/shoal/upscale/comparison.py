"""A sheet for comparison: bicubic and SR side by side, the whole pictures and a detail below."""

from collections.abc import Mapping, Sequence

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from shoal.evaluation.crops import detail
from shoal.pictures.grounds import shown
from shoal.pictures.images import Picture
from shoal.pictures.levels import Pixels, eight_bits, levels
from shoal.upscale.factor import Factor
from shoal.upscale.fitting import interpolated
from shoal.upscale.upscaler import Upscaler

PANEL = 720  # longest side of a picture on the sheet, pixels
ZOOM = 4  # each SR pixel of the detail becomes a square of this side
SQUARE = 8  # side of the checkerboard's squares under transparent parts, LR pixels
GAP, LINE = 24, 40  # pixels between columns, and the height of a line of text
LANCZOS, NEAREST = Image.Resampling.LANCZOS, Image.Resampling.NEAREST
PAPER, INK, FRAME = "white", "#222222", "#e4572e"


def drawn(lr: Picture, made: Sequence[tuple[Upscaler, Picture]], factor: Factor) -> Pixels:
    """The sheet of one picture: bicubic interpolation and the results of some upscalers.

    Args:
        lr: the picture that was enlarged; transparent parts are shown on a checkerboard.
        made: each upscaler with its result, all of one size.
        factor: how much larger the results are.
    """
    height, width = lr.pixels.shape[:2]
    scale, size = factor.of(height, width), factor.size(height, width)
    results = {f"bicubic x{scale:.4g}": interpolated(made[0][0], lr, size)}
    results |= {f"{upscaler.model} x{scale:.4g}": sr for upscaler, sr in made}
    square = round(SQUARE * scale)
    panels = {title: shown(each, square) for title, each in results.items()}
    return comparison(shown(lr, SQUARE), panels, scale)


def comparison(lr: Pixels, results: Mapping[str, Pixels], scale: float) -> Pixels:
    """Results side by side, in their order.

    The detail is where the *input* has most contrast, so that its choice favours no result. Each of
    its pixels is shown as a square, without interpolation.

    Args:
        lr: the picture that was enlarged.
        results: of one size, by the title above each.
        scale: how much larger they are.
    """
    side = int(PANEL / ZOOM / scale)
    top, bottom, left, right = (round(scale * edge) for edge in _busiest(lr, side))
    box = left, top, right, bottom
    columns = [_column(_eight(pixels), title, box) for title, pixels in results.items()]
    width, height = columns[0].size
    count = len(columns)
    sheet = Image.new("RGB", (count * width + (count + 1) * GAP, height + GAP), PAPER)
    for number, column in enumerate(columns):
        sheet.paste(column, (GAP + number * (width + GAP), 0))
    return np.asarray(sheet)


def _column(image: Image.Image, title: str, box: tuple[int, int, int, int]) -> Image.Image:
    """One column: the whole picture, shrunk if it is larger than `PANEL`, and the detail below."""
    shrink = min(PANEL / max(image.size), 1)
    whole = image.resize([max(round(shrink * side), 1) for side in image.size], LANCZOS)
    detail = image.crop(box)
    detail = detail.resize([ZOOM * side for side in detail.size], NEAREST)
    below = LINE + whole.height + LINE
    size = max(whole.width, detail.width), below + detail.height
    column, font = Image.new("RGB", size, PAPER), ImageFont.load_default(20)
    draw = ImageDraw.Draw(column)
    column.paste(whole, (0, LINE))
    column.paste(detail, (0, below))
    left, top, right, bottom = (shrink * edge for edge in box)
    draw.rectangle((left, LINE + top, right, LINE + bottom), outline=FRAME, width=2)
    draw.text((0, LINE / 2), title, INK, font, anchor="lm")
    caption = f"{title}, each pixel {ZOOM} x {ZOOM}"
    draw.text((0, below - LINE / 2), caption, INK, font, anchor="lm")
    return column


def _busiest(lr: Pixels, side: int) -> tuple[int, int, int, int]:
    grey = np.asarray(_eight(lr).convert("L"))
    return detail(levels(grey).float(), max(side, 1), 1)


def _eight(pixels: Pixels) -> Image.Image:
    return Image.fromarray(eight_bits(pixels))
