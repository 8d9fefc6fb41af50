"""A study's crops on one sheet, `samples.png`, and the place of each on it, `samples.csv`.

Findings keep their crops only there. A crop that is cut out equals, pixel by pixel, the one that
was put there.
"""

import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from shoal.errors import UserError

Grey = NDArray[np.uint8]  # (H, W)

SHEET, PLACES = "samples.png", "samples.csv"
COLUMNS = ("picture", "scale", "kind", "arm", "left", "top", "width", "height")
KINDS = ("hr", "bicubic", "sr")
PICTURE = re.compile(r"[\w.-]+")  # safe as the name of a file, which `adopt` makes of it


@dataclass(frozen=True)
class Tile:
    """One crop.

    Attributes:
        picture: test set and picture, e.g. `Set5-butterfly`.
        scale: the scale of super-resolution.
        kind: `hr`, `bicubic` or `sr`.
        arm: the arm that made an `sr`; empty for the other kinds, which all arms share.
        pixels: grey levels.
    """

    picture: str
    scale: int
    kind: str
    arm: str
    pixels: Grey


# Factors and offset of luma from RGB in MATLAB's rgb2ycbcr, in the form that Pillow takes.
LUMA = (65.481 / 255, 128.553 / 255, 24.966 / 255, 16)


def read_crop(path: Path) -> Grey:
    """Read the luma of a crop that a run left; crops of a luma network have nothing else.

    Raises:
        UserError: it is no picture, or truncated.
    """
    return _read(path, LUMA)


def read_grey(path: Path) -> Grey:
    """Read the pixels of a grey picture.

    Raises:
        UserError: it is no picture, or truncated.
    """
    return _read(path, None)


def _read(path: Path, matrix: tuple[float, ...] | None) -> Grey:
    try:
        with Image.open(path) as image:
            return np.asarray(image.convert("L", matrix if image.mode == "RGB" else None))
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise UserError(f"{path}: broken picture ({error})") from None


def cut(folder: Path) -> list[Tile]:
    """Cut all crops of a folder of findings from its sheet; none if it has no sheet.

    Raises:
        UserError: the sheet or the list of places is damaged.
    """
    if not (folder / PLACES).is_file():
        return []
    sheet = read_grey(folder / SHEET)
    path = folder / PLACES
    try:
        with path.open(newline="", encoding="utf-8") as file:
            return list(_tiles(sheet, csv.DictReader(file), path))
    except (UnicodeDecodeError, csv.Error) as error:
        raise UserError(f"{path} is no table ({error}): restore it") from None


def _tiles(sheet: Grey, rows: "csv.DictReader[str]", path: Path) -> Iterator[Tile]:
    for row in rows:
        if tuple(row) != COLUMNS or not PICTURE.fullmatch(row["picture"]):
            raise UserError(f"{path} has a picture named {row.get('picture')!r}: restore it")
        try:
            scale, pixels = int(row["scale"]), _inside(sheet, row)
        except (TypeError, ValueError) as error:
            raise UserError(f"{path}: {row['picture']}: {error}: restore it") from None
        if row["kind"] not in KINDS:
            raise UserError(f"{path} has a kind named {row['kind']!r}: restore it")
        yield Tile(row["picture"], scale, row["kind"], row["arm"], pixels)


def _inside(sheet: Grey, row: Mapping[str, str]) -> Grey:
    left, top, width, height = (int(row[name]) for name in COLUMNS[-4:])
    pixels = sheet[max(0, top) : top + height, max(0, left) : left + width]
    if pixels.shape != (height, width) or not pixels.size:
        raise ValueError("a place lies outside the sheet")
    return pixels
