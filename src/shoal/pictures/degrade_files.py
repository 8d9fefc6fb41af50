"""Files of LR pictures: what `shoal degrade` writes."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from shoal.errors import UserError
from shoal.pictures import writing
from shoal.pictures.degrade import degrade
from shoal.pictures.finding import pictures
from shoal.pictures.images import Picture, read
from shoal.pictures.taps import MIRRORED
from shoal.pictures.targets import require_free


def degrade_files(
    paths: Iterable[Path], scale: int, output: Path, *, force: bool, edges: str = MIRRORED
) -> Iterator[tuple[Path, Path]]:
    """Degrade pictures to PNG files of the same stem.

    Args:
        paths: pictures, and folders of them.
        scale: an integer >= 2.
        output: the folder to write to.
        force: whether existing files may be replaced; an input never is.
        edges: as `degrade` takes it.

    Yields:
        Each picture, and the file that has been written for it.

    Raises:
        UserError: a picture can't be read, two would get the same name, an input would be
            replaced, or a file exists.
    """
    sources = list(pictures(paths))
    targets = {source: output / f"{source.stem}.png" for source in sources}
    require_free(((source, [target]) for source, target in targets.items()), force=force)
    for source, target in targets.items():
        pixels = read(source).pixels
        try:
            small = degrade(pixels, scale, edges)
        except UserError as error:
            raise UserError(f"{source}: {error}") from None
        writing.write(target, Picture(small))
        yield source, target
