"""The note in a result's EXIF on how it was made."""

from dataclasses import replace

from PIL import ExifTags, Image

import shoal
from shoal.pictures.images import Picture
from shoal.upscale.upscaler import Upscaler


def stamped(picture: Picture, upscaler: Upscaler, scale: float) -> Picture:
    """A picture with Shoal's version, network, scale and the weights' SHA-256 in its EXIF.

    They replace the tag Software, which a camera may have filled.

    Args:
        picture: the result.
        upscaler: that made it.
        scale: how much larger it is than its input.
    """
    tags = Image.Exif()
    tags.load(picture.exif)
    how = [f"{upscaler.model} x{scale:g}", *(["ensemble"] if upscaler.ensemble else [])]
    said = "; ".join((f"Shoal {shoal.__version__}", *how, *upscaler.weights))
    tags[ExifTags.Base.Software] = said
    return replace(picture, exif=tags.tobytes())
