"""Pillow's images to pixels and opacity: each of its modes by its meaning, not by its letters."""

import re
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from shoal.errors import UserError
from shoal.pictures.levels import Pixels

GREY = {"1", "L", "LA", "La"}
COLOURS = {"P", "PA", "RGB", "RGBA", "RGBa", "RGBX", "CMYK", "YCbCr", "LAB", "HSV"}
DEEP_GREY = {"I;16", "I;16B", "I;16L", "I;16N", "I"}
TRANSPARENT = {"LA", "La", "PA", "RGBA", "RGBa"}
# Raw modes of more than 8 bits, by how they end or begin; those that are read right; TIFF's grey of
# 12 bits fills 16 with 0 to 4095.
DEEP = re.compile(r"I|F\b|.*;(12|16[BLN]|16B?S|16NS|32|64)")
KNOWN = {*DEEP_GREY - {"I"}, "I;12"}
LOSING = {"SGI16"}  # of Pillow's codecs, those that keep 8 bits of 16 and don't say so
TWELVE = 4095
# Of PNG's grey of 2 and 4 bits: what a level of the file's own depth becomes.
SPREAD = {"L;2": 255 // 3, "L;4": 255 // 15}


def raw_mode(image: Image.Image) -> str:
    """How a file just opened, not yet decoded, stores its samples; empty where it isn't said."""
    tiles: list[Any] = getattr(image, "tile", [])
    args = tiles[0].args if tiles else ""
    first = args[0] if isinstance(args, tuple) and args else args
    return first if isinstance(first, str) else ""


def require_known(image: Image.Image) -> None:
    """Refuse samples of which Pillow would lose something, or that could mean several things.

    Raises:
        UserError: naming how they are stored.
    """
    raw = raw_mode(image)
    if image.mode == "F" or raw.startswith("F"):
        raise UserError("floating-point samples: save it with 8 or 16 bits")
    codecs = {tile.codec_name for tile in getattr(image, "tile", [])}
    if (DEEP.match(raw) and raw not in KNOWN) or codecs & LOSING:
        kind = " ".join({*codecs, raw})
        raise UserError(f"{image.format} samples of the kind {kind}: save it with 8 or 16 bits")


def decoded(image: Image.Image) -> tuple[Pixels, Pixels | None]:
    """Pixels and opacity of an image as it lies; its file may be open still or long closed.

    Raises:
        UserError: its mode has no such meaning.
    """
    raw, mode = raw_mode(image), image.mode
    if mode in DEEP_GREY:
        deep = _deep_grey(image, raw)
        return deep, keyed(deep[..., None], image.info)
    if mode not in GREY | COLOURS:
        raise UserError(f"an image of Pillow's mode {mode}: convert it to L or RGB")
    key = image.info.get("transparency") if mode in ("1", "L", "P", "RGB") else None
    if raw in SPREAD and isinstance(key, int):
        image = image.copy()  # the caller's own says what it said
        image.info["transparency"] = min(key, 255 // SPREAD[raw]) * SPREAD[raw]
    grey = mode in GREY
    if mode in TRANSPARENT or key is not None:
        channels = np.asarray(image.convert("LA" if grey else "RGBA"))
        return (channels[..., 0] if grey else channels[..., :3]), channels[..., -1]
    return np.asarray(image.convert("L" if grey else "RGB")), None


def keyed(samples: NDArray[np.uint16], info: dict[Any, Any]) -> NDArray[np.uint16] | None:
    """Opacity where one colour of a 16-bit PNG is declared transparent, else None."""
    if "transparency" not in info:
        return None
    return np.where((samples == info["transparency"]).all(axis=-1), 0, 65535).astype(np.uint16)


def _deep_grey(image: Image.Image, raw: str) -> NDArray[np.uint16]:
    values = np.asarray(image)
    if values.min() < 0 or values.max() > 65535:
        raise UserError("values outside 16 bits: scale them to 0..65535")
    if raw == "I;12":
        values = (values.astype(np.uint32) * 65535 + TWELVE // 2) // TWELVE
    return values.astype(np.uint16)
