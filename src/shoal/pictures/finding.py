"""Finding picture files: in folders, by their suffix."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from shoal.errors import UserError

SUFFIXES = (".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff", ".webp", ".gif")


def pictures(paths: Iterable[Path]) -> Iterator[Path]:
    """The files among paths, and the pictures in the folders among them, sorted by name.

    Raises:
        UserError: a path isn't there, or a folder has no picture.
    """
    for path in paths:
        if path.is_dir():
            yield from pictures_in(path)
        elif path.exists():
            yield path
        else:
            raise UserError(f"{path}: no such picture or folder")


def pictures_in(path: Path) -> list[Path]:
    """The picture files of a folder by their suffix, sorted by name.

    Sub-folders, hidden files and links that lead nowhere are left out.

    Raises:
        UserError: the folder is missing, has no picture, or one whose name is not UTF-8 or
            holds a carriage return, which CSV readers take for the end of a row.
    """
    if not path.is_dir():
        raise UserError(f"{path} is not a folder of pictures")
    found = sorted(file for file in path.iterdir() if is_picture(file))
    if not found:
        raise UserError(f"{path} has no picture in it (looked for {' '.join(SUFFIXES)})")
    for file in found:
        if "\r" in file.name or file.name.encode(errors="ignore").decode() != file.name:
            raise UserError(f"{path}: no table can hold the name {file.name!r}: rename the picture")
    return found


def is_picture(path: Path) -> bool:
    """Whether a file of a folder is a picture by its name, and neither hidden nor a dead link."""
    return not path.name.startswith(".") and path.suffix.lower() in SUFFIXES and path.is_file()
