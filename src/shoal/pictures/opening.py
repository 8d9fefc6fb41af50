"""Picture files opened, each format in its own way; what can't be read is refused."""

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import BinaryIO

from PIL import Image, UnidentifiedImageError
from PIL.JpegImagePlugin import JpegImageFile

from shoal.errors import UserError
from shoal.pictures import colour16, depth, metadata, modes, netpbm, png, tiff, tiff_samples
from shoal.pictures.finding import READ
from shoal.pictures.limits import SeveralPictures, max_pixels, pillows_aside, require_small
from shoal.pictures.source import Decoded, Source
from shoal.system import regular

JPEG = b"\xff\xd8\xff"
LAYERED = "PSD"  # the first frame is the picture, all further ones its layers


@contextmanager
def opened(path: Path) -> Iterator[Source]:
    """Open a picture file, to be decoded within the block.

    Raises:
        UserError: the file is missing, no picture, cut short, animated, in floating point, above
            the limit of size, or stored in a way that is not known to be read correctly.
    """
    max_pixels()  # a wrong SHOAL_MAX_PIXELS is refused here, without blaming the picture
    try:
        with warnings.catch_warnings(), pillows_aside(), regular.opened(path) as file:
            warnings.simplefilter("ignore")  # Pillow's, of odd metadata
            yield _source(file)
    except UserError as error:
        raise type(error)(f"{path}: {error}") from None
    except FileNotFoundError:
        raise UserError(f"{path}: no such picture") from None
    except UnidentifiedImageError:
        raise UserError(f"{path}: not a picture that Shoal can read") from None
    except Exception as error:  # a damaged file can make a decoder raise anything
        why = getattr(error, "strerror", None) or error
        raise UserError(f"{path}: broken picture ({why})") from None


def _source(file: BinaryIO) -> Source:
    head = file.read(16)
    file.seek(0)
    if tiff.is_tiff(head):
        return _tiff(file)
    if head.startswith(png.SIGNATURE):
        return _png(file)
    if head.startswith(JPEG):
        # Not by Image.open: of a file with several pictures the first is read.
        return _plain(JpegImageFile(file))
    return _other(file, head)


def _tiff(file: BinaryIO) -> Source:
    page = tiff.picture_of(file)
    require_small(*page.size)
    notes: list[str] = []
    if page.is_ours:
        return Source(
            page.size,
            partial(tiff_samples.decoded, file, page, notes),
            mode="RGB" if page.colours > 1 else "L",
            orientation=page.orientation,
            icc=page.get(tiff.PROFILE),
            tags=tiff.exif(file),
            notes=notes,
            is_tiff=True,
        )
    file.seek(0)
    image = Image.open(file, formats=["TIFF"])
    image.seek(page.number)
    modes.require_known(image)
    decode = partial(modes.decoded, image)  # Pillow applies the orientation itself
    icc = image.info.get("icc_profile")
    return Source(image.size, decode, image.mode, icc=icc, tags=metadata.tags(image), is_tiff=True)


def _png(file: BinaryIO) -> Source:
    parts = png.parted(file)
    image = Image.open(parts.stream(), formats=["PNG"])
    _require_single(image)
    require_small(*image.size)
    if colour16.is_sixteen(image):
        again = Image.open(parts.stream(), formats=["PNG"])
        decode: Callable[[], Decoded] = partial(colour16.decoded, image, again)
    else:
        decode = partial(modes.decoded, image)
    tags = metadata.tags(image)
    return Source(
        image.size,
        decode,
        image.mode,
        metadata.orientation(tags),
        parts.icc,
        tags,
        parts.tones,
        parts.notes,
    )


def _other(file: BinaryIO, head: bytes) -> Source:
    image = Image.open(file, formats=list(READ))
    if image.format != LAYERED:
        _require_single(image)
    if netpbm.is_deep(image):
        require_small(*image.size)
        return Source(image.size, lambda: (netpbm.samples(image, file), None), image.mode)
    return _plain(image, depth.bits(file, head))


def _plain(image: Image.Image, bits: int = 8) -> Source:
    require_small(*image.size)
    modes.require_known(image)
    grey, tags = image.mode in modes.DEEP_GREY, metadata.tags(image)
    return Source(
        image.size,
        partial(depth.spread, image, bits) if grey else partial(modes.decoded, image),
        image.mode,
        metadata.orientation(tags),
        image.info.get("icc_profile"),
        tags,
        notes=[f"{bits} bits are read as 8"] if bits > 8 and not grey else [],
    )


def _require_single(image: Image.Image) -> None:
    frames = getattr(image, "n_frames", 1)
    if frames > 1:
        raise SeveralPictures.counted(frames)
