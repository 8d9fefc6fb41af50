"""Which pictures are for networks that have learnt to see through compression."""

from collections.abc import Iterable
from pathlib import Path

from shoal import pretrained
from shoal.errors import UserError
from shoal.pictures.jpeg import quality

AUTO, NONE, JPEG = NAMES = ("auto", "none", "jpeg")
# From this quality of its tables on a JPEG is enlarged as what is not compressed. On T91Judge,
# compressed at 88, 90, 92, the weights for JPEGs are +0.22, +0.05, -0.17 dB from the clean ones at
# x2, +0.07, -0.07, -0.25 at x3, 0.00, -0.12, -0.28 at x4.
CLEAN_FROM = 90


def is_noisy(picture: Path | None, noise: str) -> bool:
    """Whether a picture is taken for a compressed one.

    Args:
        picture: its file; None: pixels, which nothing is known of.
        noise: `auto`, by the file's own tables: what is no JPEG is clean; or `none` or `jpeg`,
            whatever the file says.
    """
    if noise != AUTO:
        return noise == JPEG
    found = None if picture is None else quality(picture)
    return found is not None and found < CLEAN_FROM


def of_jpegs(name: str | None, scales: Iterable[int], noise: str) -> dict[int, Path]:
    """The files by scale of the networks for compressed pictures, where they may be taken.

    Args:
        name: of what ships; None: the best for most. With `auto` a name that was given is meant.
        scales: at which they are wanted.
        noise: as `is_noisy` has it.

    Raises:
        UserError: they are asked for, and there are none.
    """
    if noise == NONE or (noise == AUTO and name is not None):
        return {}
    there, name = pretrained.shipped(), name or pretrained.PREFERRED[0]
    found = {scale: there.get((name + pretrained.OF_JPEGS, scale)) for scale in scales}
    lacking = [scale for scale, path in found.items() if path is None]
    if noise == JPEG and lacking:
        raise UserError(f"no {name} for JPEGs ships at scale {lacking[0]}: use --noise none")
    return {scale: path for scale, path in found.items() if path is not None}
