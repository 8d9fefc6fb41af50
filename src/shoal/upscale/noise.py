"""Which pictures are enlarged by networks that were trained on compressed ones."""

from collections.abc import Iterable
from pathlib import Path

from shoal import pretrained
from shoal.errors import UserError
from shoal.pictures.jpeg import quality

AUTO, NONE, JPEG = NAMES = ("auto", "none", "jpeg")
# A JPEG of this quality or above is enlarged as if it were not compressed. On T91Judge, compressed
# at 88, 90 and 92, the weights for JPEGs beat the clean ones by 0.32, 0.16 and -0.06 dB at x2, by
# 0.15, 0.02 and -0.16 dB at x3, by 0.06, -0.05 and -0.20 dB at x4.
CLEAN_FROM = 90


def is_noisy(picture: Path | None, noise: str) -> bool:
    """Whether a picture is taken for a compressed one.

    Args:
        picture: its file; None for pixels without a file.
        noise: `auto`: by the file's quality, for which any but a JPEG is clean; `none` or `jpeg`:
            whatever the file is.
    """
    if noise != AUTO:
        return noise == JPEG
    found = None if picture is None else quality(picture)
    return found is not None and found < CLEAN_FROM


def of_jpegs(name: str | None, scales: Iterable[int], noise: str) -> dict[int, Path]:
    """The weights for compressed pictures, by scale; empty if they must not be used.

    Args:
        name: of a network that ships; None: the preferred one. A network that was named is used
            for all pictures unless `noise` is `jpeg`.
        scales: at which they are wanted.
        noise: as `is_noisy` takes it.

    Raises:
        UserError: `noise` is `jpeg`, and there are none.
    """
    if noise == NONE or (noise == AUTO and name is not None):
        return {}
    there, name = pretrained.shipped(), name or pretrained.PREFERRED[0]
    found = {scale: there.get((name + pretrained.OF_JPEGS, scale)) for scale in scales}
    lacking = [scale for scale, path in found.items() if path is None]
    if noise == JPEG and lacking:
        raise UserError(f"no {name} for JPEGs ships at scale {lacking[0]}: use --noise none")
    return {scale: path for scale, path in found.items() if path is not None}
