"""Lays out crops with their titles on one sheet, and lists their positions."""

import io
import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from matplotlib.figure import Figure
from matplotlib.transforms import IdentityTransform
from PIL import Image

from shoal.report.figures.canvas import DPI, rendered
from shoal.report.figures.legend import text_width
from shoal.report.figures.samples import Crop, lines
from shoal.runs.sheet import COLUMNS, Grey, Tile
from shoal.system.files import csv_text

GAP, HEAD, SIDE = 6, 44, 12  # pixels: between crops, above each for its title, around all
NARROWEST = 144  # pixels: the width of a crop that most titles fit above
TITLE = 6  # points


@dataclass(frozen=True)
class Cell:
    """A crop and its title at a row and a column of the sheet."""

    row: int
    column: int
    title: str
    tile: Tile


def samples_sheet(found: list[Crop]) -> dict[str, bytes]:
    """The contents of `samples.png` and `samples.csv`.

    Each picture takes a row of the sheet, or several if there are many arms: the original, bicubic,
    and each arm. A pixel of a crop is a pixel of the sheet.

    Args:
        found: the crops.

    Returns:
        by kind, `png` and `csv`; empty if there are no crops.
    """
    if not found:
        return {}
    cells = list(_cells(found))
    tall = max(cell.tile.pixels.shape[0] for cell in cells)
    titles = [text_width(cell.title, TITLE) * DPI / 72 for cell in cells]
    wide = max(NARROWEST, math.ceil(max(titles)), *(cell.tile.pixels.shape[1] for cell in cells))
    places = [
        (SIDE + cell.column * (wide + GAP), SIDE + cell.row * (tall + HEAD) + HEAD)
        for cell in cells
    ]
    size = (
        SIDE + max(top for _, top in places) + tall,
        SIDE + max(left for left, _ in places) + wide,
    )
    sheet = _titles(size, {place: cell.title for place, cell in zip(places, cells, strict=True)})
    rows = []
    for (left, top), cell in zip(places, cells, strict=True):
        tile, (height, width) = cell.tile, cell.tile.pixels.shape
        sheet[top : top + height, left : left + width] = tile.pixels
        place = (tile.picture, tile.scale, tile.kind, tile.arm, left, top, width, height)
        rows.append(dict(zip(COLUMNS, place, strict=True)))
    return {"png": png(sheet), "csv": csv_text(COLUMNS, rows).encode()}


def _cells(found: list[Crop]) -> Iterator[Cell]:
    arms = list(dict.fromkeys(arm for crop in found for arm in crop.sr))
    down = lines(len(arms))
    across = math.ceil((len(arms) + 2) / down)
    for i, crop in enumerate(found):
        heads = {"hr": f"HR, x{crop.scale}\n{crop.name}", "bicubic": _scored(crop, "bicubic")}
        for place, (kind, title) in enumerate(heads.items()):
            pixels = crop.hr if kind == "hr" else crop.bicubic
            yield Cell(down * i, place, title, Tile(crop.name, crop.scale, kind, "", pixels))
        for arm, pixels in crop.sr.items():
            line, column = divmod(arms.index(arm) + 2, across)
            tile = Tile(crop.name, crop.scale, "sr", arm, pixels)
            yield Cell(down * i + line, column, _scored(crop, arm), tile)


def _scored(crop: Crop, name: str) -> str:
    return f"{name}\n{crop.psnr[name]:.2f} dB" if name in crop.psnr else name


def _titles(size: tuple[int, int], titles: dict[tuple[int, int], str]) -> Grey:
    """A white sheet of `(height, width)` pixels with titles above the `(left, top)` corners."""
    height, width = size
    # Half a pixel more, since the canvas rounds down and 1200 / 160 * 160 may be below 1200.
    figure = Figure(figsize=((width + 0.5) / DPI, (height + 0.5) / DPI), dpi=DPI)
    for (left, top), title in titles.items():
        figure.text(left, height - top + GAP / 2, title, fontsize=TITLE, va="bottom",
                    transform=IdentityTransform())  # fmt: skip
    return np.array(Image.open(io.BytesIO(rendered(figure, "png"))).convert("L"))


def png(pixels: Grey) -> bytes:
    """Grey levels as the bytes of a PNG file: the same pixels give the same bytes."""
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, format="PNG", optimize=True)
    return buffer.getvalue()
