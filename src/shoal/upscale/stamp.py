"""What a result's file says of how it was made."""

from dataclasses import replace

from PIL import ExifTags, Image

import shoal
from shoal.pictures.images import Picture
from shoal.upscale.upscaler import Upscaler


def stamped(picture: Picture, upscaler: Upscaler, scale: float) -> Picture:
    """A picture whose EXIF names version, network, scale and the SHA-256 of the weights.

    It stands where programs write their name: what the camera's own said goes.

    Args:
        picture: enlarged.
        upscaler: by what.
        scale: how much larger it is.
    """
    tags = Image.Exif()
    tags.load(picture.exif)
    how = [f"{upscaler.model} x{scale:g}", *(["ensemble"] if upscaler.ensemble else [])]
    said = "; ".join((f"Shoal {shoal.__version__}", *how, *upscaler.weights))
    tags[ExifTags.Base.Software] = said
    return replace(picture, exif=tags.tobytes())
