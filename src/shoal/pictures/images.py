"""Picture files to pixels and back: what is read, and what is refused."""

import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image, ImageOps, UnidentifiedImageError

from shoal.errors import UserError
from shoal.pictures import colour16
from shoal.pictures.colour import Pixels
from shoal.system.files import asked_for

# Above this a picture is taken for a decompression bomb; SHOAL_MAX_PIXELS raises the limit.
MAX_PIXELS = 200_000_000
TURNED = (5, 6, 7, 8)  # EXIF's orientations that lay a picture on its side
GREY_MODES = {"1", "L", "LA", "La"}
DEEP_GREY_MODES = {"I;16", "I;16B", "I;16L", "I;16N", "I"}
# Of a TIFF file's tags those that speak of the picture; the others say how the file is laid out.
# Description, make, model, software, date, artist, host, copyright, EXIF, GPS.
TELLING_TAGS = {270, 271, 272, 305, 306, 315, 316, 33432, 34665, 34853}


@dataclass(frozen=True)
class Picture:
    """A decoded picture, upright.

    Attributes:
        pixels: `(H, W)` grey or `(H, W, 3)` RGB; uint8 or uint16.
        alpha: `(H, W)` of the same type, or None where the file has no transparency.
        icc: the colour profile, or None.
        exif: EXIF block without the orientation (it has been applied), or empty.
    """

    pixels: Pixels
    alpha: Pixels | None = None
    icc: bytes | None = None
    exif: bytes = field(default=b"", repr=False)


def read(path: Path) -> Picture:
    """Decode one picture file.

    Args:
        path: anything Pillow reads: 8- or 16-bit, grey, palette, RGBA, CMYK, any EXIF orientation.

    Raises:
        UserError: the file is missing, no picture, cut short, animated, in floating point, or
            larger than the limit.
    """
    with _opened(path) as image:
        if colour16.is_sixteen(image):
            with Image.open(path) as again:
                return _decode_sixteen(image, again)
        return decode(image)


def size(path: Path) -> tuple[int, int]:
    """Width and height of a picture file as it is shown, by its header alone.

    Raises:
        UserError: the header says what `read` refuses.
    """
    with _opened(path) as image:
        turned = image.getexif().get(ExifTags.Base.Orientation, 1) in TURNED
        return (image.height, image.width) if turned else image.size


@contextmanager
def _opened(path: Path) -> Iterator[Image.Image]:
    """A picture file to decode; what goes wrong meanwhile is worded."""
    try:
        with warnings.catch_warnings():
            # Of sizes above its own limit (ours is checked below) and of odd metadata: not ours.
            warnings.simplefilter("ignore")
            with Image.open(path) as image:
                _refuse(image, path)
                yield image
    except UserError:
        raise
    except FileNotFoundError:
        raise UserError(f"{path}: no such picture") from None
    except UnidentifiedImageError:
        raise UserError(f"{path}: not a picture that Pillow can read") from None
    except Image.DecompressionBombError:
        raise UserError(_too_large(path)) from None
    except Exception as error:  # a damaged file can make a decoder raise anything
        raise UserError(f"{path}: broken picture ({error})") from None


def _too_large(path: Path) -> str:
    return f"{path}: more than {max_pixels():,} pixels; if you trust it, raise SHOAL_MAX_PIXELS"


def max_pixels() -> int:
    """The number of pixels a picture may have."""
    return int(os.environ.get("SHOAL_MAX_PIXELS", MAX_PIXELS))


def _refuse(image: Image.Image, path: Path) -> None:
    if image.width * image.height > max_pixels():
        raise UserError(_too_large(path))
    if getattr(image, "n_frames", 1) > 1:
        raise UserError(f"{path}: {image.n_frames} frames; Shoal takes single pictures")  # type: ignore[attr-defined]
    if image.mode == "F":
        raise UserError(f"{path}: floating-point samples: save it with 8 or 16 bits")


def decode(image: Image.Image) -> Picture:
    """The pixels of a Pillow image, upright; its file may be open still or long closed."""
    icc, exif = image.info.get("icc_profile"), _exif(image)
    image = ImageOps.exif_transpose(image)
    if image.mode in DEEP_GREY_MODES:
        deep = _deep_grey(image)
        return Picture(deep, _keyed(deep[..., None], image.info), icc, exif)
    transparent = "A" in image.getbands() or "transparency" in image.info
    grey = image.mode in GREY_MODES
    if transparent:
        *colours, alpha = np.moveaxis(np.asarray(image.convert("LA" if grey else "RGBA")), -1, 0)
        pixels = colours[0] if grey else np.stack(colours, axis=-1)
        return Picture(pixels, alpha, icc, exif)
    # A profile of CMYK or Lab says nothing about the RGB it is turned into.
    keeps_profile = image.mode in {"L", "RGB", "P", "1"}
    pixels = np.asarray(image.convert("L" if grey else "RGB"))
    return Picture(pixels, icc=icc if keeps_profile else None, exif=exif)


def _decode_sixteen(image: Image.Image, again: Image.Image) -> Picture:
    samples = colour16.samples(image, again)  # first: EXIF at a file's end makes Pillow decode
    icc, exif = image.info.get("icc_profile"), _exif(image)
    match samples.shape[-1]:
        case 2:
            return Picture(samples[..., 0], samples[..., 1], icc, exif)
        case 3:
            return Picture(samples, _keyed(samples, image.info), icc, exif)
        case _:
            return Picture(samples[..., :3], samples[..., 3], icc, exif)


def _keyed(samples: NDArray[np.uint16], info: dict[Any, Any]) -> NDArray[np.uint16] | None:
    """Opacity where one colour of a 16-bit PNG is declared transparent, else None."""
    if "transparency" not in info:
        return None
    return np.where((samples == info["transparency"]).all(axis=-1), 0, 65535).astype(np.uint16)


def _exif(image: Image.Image) -> bytes:
    tags = Image.Exif()  # a copy: the picture's own may still be needed
    tags.load(image.getexif().tobytes())
    kept = TELLING_TAGS if image.format == "TIFF" else set(tags) - {ExifTags.Base.Orientation}
    for tag in set(tags) - kept:
        del tags[tag]
    return tags.tobytes() if len(tags) else b""


def _deep_grey(image: Image.Image) -> NDArray[np.uint16]:
    values = np.asarray(image)
    if values.min() < 0 or values.max() > 65535:
        raise ValueError("values outside 16 bits")
    return values.astype(np.uint16)


def write_png(path: Path, pixels: Pixels) -> None:
    """Write 8-bit pixels, or grey ones of 16 bits, as a PNG that appears whole or not at all.

    Raises:
        UserError: it can't be written.
    """
    with asked_for(path) as file:
        Image.fromarray(pixels).save(file, format="PNG")
