"""Picture files in folders, found by their suffixes."""

import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from shoal.errors import UserError, one_line

# The formats that are read, by Pillow's names, and the suffixes of their files.
READ = {
    "PNG": (".png", ".apng"),
    "JPEG": (".jpg", ".jpeg", ".jpe", ".jfif", ".mpo"),
    "TIFF": (".tif", ".tiff"),
    "WEBP": (".webp",),
    "AVIF": (".avif",),
    "GIF": (".gif",),
    "BMP": (".bmp",),
    "DIB": (".dib",),
    "PPM": (".ppm", ".pgm", ".pbm", ".pnm"),
    "JPEG2000": (".jp2", ".j2k", ".j2c", ".jpc", ".jpf", ".jpx"),
    "TGA": (".tga",),
    "PCX": (".pcx",),
    "ICO": (".ico",),
    "PSD": (".psd",),
    "QOI": (".qoi",),
    "SGI": (".sgi",),
}
SUFFIXES = tuple(suffix for suffixes in READ.values() for suffix in suffixes)


def pictures(paths: Iterable[Path]) -> Iterator[Path]:
    """The files among some paths, and the pictures in the folders among them.

    Raises:
        UserError: a path doesn't exist, or see `pictures_in`.
    """
    for path in paths:
        if path.is_dir():
            yield from pictures_in(path)
        elif path.exists():
            yield path
        else:
            raise UserError(f"{path}: no such picture or folder")


def pictures_in(path: Path) -> list[Path]:
    """The picture files directly in a folder, sorted by name.

    Everything else is left out, hidden files and dangling links too; all but what is hidden is
    counted in a line on stderr.

    Raises:
        UserError: the folder is missing, can't be read or has no picture, or a picture's name is
            not UTF-8 or holds a carriage return, which CSV readers take for the end of a row.
    """
    if not path.is_dir():
        raise UserError(f"{path} is not a folder of pictures")
    try:
        entries = list(path.iterdir())
    except OSError as error:
        raise UserError(f"{path} can't be read ({error.strerror})") from None
    found = sorted(file for file in entries if is_picture(file))
    if not found:
        raise UserError(f"{path} has no picture in it (looked for {' '.join(SUFFIXES)})")
    for file in found:
        if "\r" in file.name or file.name.encode(errors="ignore").decode() != file.name:
            raise UserError(f"{path}: no table can hold the name {file.name!r}: rename the picture")
    say_left_out(path, others(entries))
    return found


def others(entries: Iterable[Path]) -> Counter[str]:
    """How many of a folder's visible entries are not pictures, by suffix."""
    visible = (entry for entry in entries if not entry.name.startswith("."))
    return Counter(_kind(entry) for entry in visible if not is_picture(entry))


def say_left_out(path: Path, counts: Mapping[str, int]) -> None:
    """Say on stderr what is left out of a folder, in one line that is printed only once."""
    told = ", ".join(f"{count} {kind}" for kind, count in sorted(counts.items()) if count)
    if told and (path, told) not in _said:
        _said.add((path, told))
        print(f"shoal: {one_line(f'{path}: left out {told}')}", file=sys.stderr, flush=True)


_said: set[tuple[Path, str]] = set()


def _kind(path: Path) -> str:
    if path.is_dir():
        return "folders"
    return path.suffix.lower() or "without a suffix"


def is_picture(path: Path) -> bool:
    """Whether a path is a file with a picture's suffix that isn't hidden."""
    return not path.name.startswith(".") and path.suffix.lower() in SUFFIXES and path.is_file()
