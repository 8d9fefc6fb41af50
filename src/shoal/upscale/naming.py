"""What an output's name stands for: a file in a known format, one in another, or a folder."""

from pathlib import Path

from shoal.errors import UserError
from shoal.pictures import formats

SAME = "same"  # the kind that keeps each picture's own format
PLAIN = "png"
# Suffixes of pictures that Pillow doesn't know.
FOREIGN = {".heic", ".heif", ".jxl", ".svg", ".exr", ".psd", ".raw", ".dng"}


def is_file(output: Path, kind: str | None) -> bool:
    """Whether an output is a file and not a folder.

    Raises:
        UserError: its suffix is of a format that isn't written, or not of `kind`.
    """
    ends = output.suffix.lower()
    if not ends or output.is_dir():
        return False
    said = formats.of(output)
    if said is None:
        if _is_foreign(ends):
            kinds = ", ".join(formats.FORMATS)
            raise UserError(f"{output}: {ends[1:].upper()} isn't written: choose one of {kinds}")
        return False
    if kind not in (None, SAME) and said != formats.FORMATS[str(kind)]:
        raise UserError(f"{output} doesn't fit --format {kind}: leave one of them out")
    return True


def suffix(source: Path, kind: str | None) -> str:
    """The suffix of a picture's result."""
    if kind == SAME:
        return source.suffix.lower() if formats.of(source) else formats.FORMATS[PLAIN].suffixes[0]
    return formats.FORMATS[kind or PLAIN].suffixes[0]


def _is_foreign(ends: str) -> bool:
    """Whether a suffix is of pictures, or of anything that Pillow knows."""
    from PIL import Image

    return ends in FOREIGN or ends in Image.registered_extensions()
