"""Pillow's images to pixels and opacity, mode by mode."""

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
# Raw modes of more than 8 bits, and those among them that are read correctly.
DEEP = re.compile(r"I|F\b|.*;(12|16[BLN]|16B?S|16NS|32|64)")
KNOWN = {*DEEP_GREY - {"I"}, "I;12"}
LOSING = {"SGI16"}  # Pillow's codecs that silently keep 8 bits of 16
TWELVE = 4095  # white in 12-bit grey of TIFF, which Pillow doesn't scale to 16 bits
# 2- and 4-bit grey of PNG: what one level of the file becomes in 8 bits.
SPREAD = {"L;2": 255 // 3, "L;4": 255 // 15}


def raw_mode(image: Image.Image) -> str:
    """Pillow's raw mode of a file opened and not yet decoded, e.g. `I;16B`; empty if unknown."""
    tiles: list[Any] = getattr(image, "tile", [])
    args = tiles[0].args if tiles else ""
    first = args[0] if isinstance(args, tuple) and args else args
    return first if isinstance(first, str) else ""


def require_known(image: Image.Image) -> None:
    """Refuse samples that Pillow would truncate, or whose meaning is ambiguous.

    Raises:
        UserError: the message says how they are stored.
    """
    raw = raw_mode(image)
    if image.mode == "F" or raw.startswith("F"):
        raise UserError("floating-point samples: save it with 8 or 16 bits")
    codecs = {tile.codec_name for tile in getattr(image, "tile", [])}
    if (DEEP.match(raw) and raw not in KNOWN) or codecs & LOSING:
        kind = " ".join({*codecs, raw})
        raise UserError(f"{image.format} samples of the kind {kind}: save it with 8 or 16 bits")


def decoded(image: Image.Image) -> tuple[Pixels, Pixels | None]:
    """Pixels and opacity of an image, as stored; its file may still be open, or be closed.

    Raises:
        UserError: its mode is neither grey nor colours, or its values exceed 16 bits.
    """
    raw, mode = raw_mode(image), image.mode
    if mode in DEEP_GREY:
        deep = _deep_grey(image, raw)
        return deep, keyed(deep[..., None], image.info)
    if mode not in GREY | COLOURS:
        raise UserError(f"an image of Pillow's mode {mode}: convert it to L or RGB")
    key = image.info.get("transparency") if mode in ("1", "L", "P", "RGB") else None
    if raw in SPREAD and isinstance(key, int):
        image = image.copy()  # the caller's image stays as it is
        image.info["transparency"] = min(key, 255 // SPREAD[raw]) * SPREAD[raw]
    grey = mode in GREY
    if mode in TRANSPARENT or key is not None:
        channels = np.asarray(image.convert("LA" if grey else "RGBA"))
        return (channels[..., 0] if grey else channels[..., :3]), channels[..., -1]
    return np.asarray(image.convert("L" if grey else "RGB")), None


def keyed(samples: NDArray[np.uint16], info: dict[Any, Any]) -> NDArray[np.uint16] | None:
    """Opacity of a 16-bit PNG that declares one colour transparent; None if it doesn't."""
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
