"""Pictures written to files, which appear whole or not at all."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image
from PIL.PngImagePlugin import PngInfo

from shoal.errors import UserError
from shoal.pictures import colour16, formats, tones
from shoal.pictures.formats import FORMATS, Format
from shoal.pictures.images import Picture
from shoal.pictures.levels import eight_bits
from shoal.system.files import asked_for


def write(path: Path, picture: Picture, options: Mapping[str, Any] | None = None) -> list[str]:
    """Write a picture in the format that the file's suffix names, whole or not at all.

    In JPEG, WebP and BMP, 16 bits become 8. BMP holds neither colour profile nor EXIF, TIFF no
    EXIF beside 16-bit colours; PNG alone holds `tones`.

    Args:
        path: the file.
        picture: to write.
        options: of Pillow's writer; None: the format's own.

    Returns:
        What of the picture was left out since the format can't hold it, a sentence each.

    Raises:
        UserError: the format can't hold the picture, or the file can't be written.
    """
    kind = formats.of(path)
    if kind is None:
        raise UserError(f"{path}: no such format is written: choose one of {', '.join(FORMATS)}")
    if picture.alpha is not None and not kind.alpha:
        raise UserError(f"{path}: {kind.name} can't hold a transparent picture: --format png")
    if not kind.deep:
        picture = shallow(picture)
    if options is not None:
        kind = replace(kind, options=options)
    exif = _resized(picture)
    icc, exif, words = _fitting(picture, kind, exif)
    try:
        with asked_for(path) as file:
            _encode(file, replace(picture, icc=icc, exif=exif), kind)
    except ValueError as error:
        raise UserError(f"{path} can't be written: {error}") from None
    return words


def _fitting(picture: Picture, kind: Format, exif: bytes) -> tuple[bytes | None, bytes, list[str]]:
    """The colour profile and EXIF block that a format can hold, and notes on what it can't."""
    words, icc = [], picture.icc
    if icc and len(icc) > kind.side[0]:
        words.append(f"{kind.name} has no room for the colour profile: left out")
        icc = None
    wide = picture.pixels.dtype != np.uint8 and _samples(picture).ndim > 2
    if exif and (len(exif) > kind.side[1] or (wide and kind.name == "TIFF")):
        if _is_a_cameras(exif):
            words.append(f"{kind.name} has no room for the EXIF: left out")
        exif = b""
    if kind.name != "PNG" and not tones.are_usual(picture.tones, profiled=icc is not None):
        names = " and ".join(name.decode() for name in picture.tones)
        words.append(f"{kind.name} can't hold PNG's {names}, and shows other tones: --format png")
    return icc, exif, words


def _is_a_cameras(exif: bytes) -> bool:
    """Whether EXIF holds more than the name of the program that wrote the file."""
    tags = Image.Exif()
    tags.load(exif)
    return bool(set(tags) - {ExifTags.Base.Software})


def _encode(file: BinaryIO, picture: Picture, kind: Format) -> None:
    samples = _samples(picture)
    if samples.dtype == np.uint8 or samples.ndim == 2:
        metadata: dict[str, Any] = {"icc_profile": picture.icc, "exif": picture.exif}
        if kind.name == "PNG":
            metadata["pnginfo"] = _info(picture.tones)
        given = {name: value for name, value in metadata.items() if value}
        Image.fromarray(samples).save(file, kind.name, **kind.options, **given)
    elif kind.name == "PNG":
        colour16.write_png(file, samples, picture.icc, picture.exif, picture.tones)
    else:
        colour16.write_tiff(file, samples, picture.icc)


def _info(chunks: Mapping[bytes, bytes]) -> PngInfo:
    info = PngInfo()
    for kind, content in chunks.items():
        info.add(kind, content)
    return info


def _samples(picture: Picture) -> NDArray[Any]:
    """`(H, W)`, or `(H, W, C)` with alpha as the last of 2, 3 or 4 channels."""
    return picture.pixels if picture.alpha is None else np.dstack([picture.pixels, picture.alpha])


def shallow(picture: Picture) -> Picture:
    """A picture with 8 bits per sample."""
    alpha = None if picture.alpha is None else eight_bits(picture.alpha)
    return replace(picture, pixels=eight_bits(picture.pixels), alpha=alpha)


def _resized(picture: Picture) -> bytes:
    """The picture's EXIF block, with the picture's size if it states one."""
    if not picture.exif:
        return b""
    tags = Image.Exif()
    tags.load(picture.exif)
    inner = tags.get_ifd(ExifTags.IFD.Exif) if ExifTags.IFD.Exif in tags else {}
    height, width = picture.pixels.shape[:2]
    for tag, size in (
        (ExifTags.Base.ExifImageWidth, width),
        (ExifTags.Base.ExifImageHeight, height),
    ):
        if tag in inner:
            inner[tag] = size
    return tags.tobytes()
