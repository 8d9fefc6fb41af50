"""The arrays and Pillow images that go into an upscaler and come out of it."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from shoal.errors import UserError
from shoal.pictures.arrays import cast, on_host
from shoal.pictures.images import Picture
from shoal.pictures.levels import largest, rounded
from shoal.pictures.writing import shallow

SLACK = 1.0  # by how much floating-point values may leave [0, 1], as sharpened ones do


def stored(answer: Any, dtype: np.dtype[Any]) -> NDArray[Any]:
    """Levels `(1, C, H, W)` as pixels `(H, W)` or `(H, W, C)` of a dtype, rounded and clipped."""
    top = largest(dtype)
    values = answer[0] * (top / 255)
    values = values.clip(0, 1) if dtype.kind == "f" else rounded(values, top)
    array = on_host(cast(values, dtype))
    return array[0] if len(array) == 1 else np.moveaxis(array, 0, -1)


def require_picture(array: NDArray[Any]) -> None:
    """Refuse an array that is no picture.

    Raises:
        UserError: its shape, its dtype or, in floating point, its values are no picture's.
    """
    fits = array.ndim == 2 or (array.ndim == 3 and array.shape[2] in (3, 4))
    if not (
        fits and array.size and (array.dtype in (np.uint8, np.uint16) or array.dtype.kind == "f")
    ):
        raise UserError(
            f"{array.dtype} {array.shape} is no picture: "
            "(H, W), (H, W, 3) or (H, W, 4) of uint8, uint16 or float in [0, 1]"
        )
    if array.dtype.kind == "f":
        least, most = float(array.min()), float(array.max())
        if not (least >= -SLACK and most <= 1 + SLACK):  # so that NaN is refused too
            raise UserError(f"values from {least:g} to {most:g}: scale them to 0..1")


def image(picture: Picture) -> Image.Image:
    """A picture as a Pillow image, with its colour profile and EXIF in `info`.

    Pillow's only 16-bit images are opaque grey ones, so all others become 8 bits.
    """
    if picture.pixels.dtype != np.uint8 and (picture.pixels.ndim > 2 or picture.alpha is not None):
        picture = shallow(picture)
    channels: NDArray[Any] = picture.pixels
    if picture.alpha is not None:
        channels = np.dstack([picture.pixels, picture.alpha])
    made = Image.fromarray(channels)
    if picture.icc:
        made.info["icc_profile"] = picture.icc
    if picture.exif:
        made.info["exif"] = picture.exif
    return made
