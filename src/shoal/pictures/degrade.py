"""LR pictures as MATLAB would write them."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np

from shoal.errors import UserError
from shoal.pictures import formats
from shoal.pictures.colour import Pixels
from shoal.pictures.finding import pictures
from shoal.pictures.images import Picture, read
from shoal.pictures.resample import crop, downscale_integers
from shoal.pictures.targets import require_free


def degrade(pixels: Pixels, scale: int) -> Pixels:
    """`imresize(picture, 1 / scale, 'bicubic')` of MATLAB, cropped to the scale before.

    Args:
        pixels: `(H, W)` or `(H, W, 3)`, uint8 or uint16.
        scale: an integer >= 2.

    Returns:
        The same type and channels, `(H // scale, W // scale)` in size.

    Raises:
        UserError: the picture is smaller than the scale.
    """
    planes = pixels[None] if pixels.ndim == 2 else np.moveaxis(pixels, -1, 0)
    hr = crop(planes.astype(np.float64)[None], scale)
    if not hr.size:
        raise UserError(f"{pixels.shape[1]} x {pixels.shape[0]} is smaller than the scale {scale}")
    lr = downscale_integers(hr, scale, np.iinfo(pixels.dtype).max)[0].astype(pixels.dtype)
    return lr[0] if pixels.ndim == 2 else np.ascontiguousarray(np.moveaxis(lr, 0, -1))


def degrade_files(
    paths: Iterable[Path], scale: int, output: Path, *, force: bool
) -> Iterator[tuple[Path, Path]]:
    """Degrade pictures, and the pictures in folders, to PNG files of the same stem.

    Yields:
        Each picture and the file that was written for it.

    Raises:
        UserError: a picture can't be read, two would get one name, one would be replaced by its
            own LR picture, or a file is in the way.
    """
    sources = list(pictures(paths))
    targets = {source: output / f"{source.stem}.png" for source in sources}
    require_free(((source, [target]) for source, target in targets.items()), force=force)
    for source, target in targets.items():
        pixels = read(source).pixels
        try:
            small = degrade(pixels, scale)
        except UserError as error:
            raise UserError(f"{source}: {error}") from None
        formats.write(target, Picture(small))
        yield source, target
