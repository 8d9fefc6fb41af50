"""What a name says of the file: a format that is written, one that isn't, or a folder."""

from pathlib import Path

from shoal.errors import UserError
from shoal.pictures import formats

SAME = "same"  # the kind that keeps each picture's own format
PLAIN = "png"
# Of pictures, and known to nobody here.
FOREIGN = {".heic", ".heif", ".jxl", ".svg", ".exr", ".psd", ".raw", ".dng"}


def is_file(output: Path, kind: str | None) -> bool:
    """Whether results go to one file of that name, and not to a folder.

    Raises:
        UserError: the name says a format that isn't written, or another than `kind`.
    """
    ends = output.suffix.lower()
    if not ends or output.is_dir():
        return False
    said = formats.of(output)
    if said is None:
        if _is_foreign(ends):
            kinds = ", ".join(formats.FORMATS)
            raise UserError(f"{output}: no {ends[1:].upper()} is written: choose one of {kinds}")
        return False
    if kind not in (None, SAME) and said != formats.FORMATS[str(kind)]:
        raise UserError(f"{output} is no name for --format {kind}: leave one of them out")
    return True


def suffix(source: Path, kind: str | None) -> str:
    """How the name of a picture's result ends."""
    if kind == SAME:
        return source.suffix.lower() if formats.of(source) else formats.FORMATS[PLAIN].suffixes[0]
    return formats.FORMATS[kind or PLAIN].suffixes[0]


def _is_foreign(ends: str) -> bool:
    """Whether it ends the names of pictures, or of what else Pillow writes."""
    from PIL import Image

    return ends in FOREIGN or ends in Image.registered_extensions()
