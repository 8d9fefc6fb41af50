"""Finding picture files: in folders, by their suffix."""

import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from shoal.errors import UserError, one_line

# The kinds that are read, by Pillow's names for them, and how their files are called.
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

    Sub-folders, hidden files and links that lead nowhere are left out; what isn't hidden is counted
    on stderr.

    Raises:
        UserError: the folder is missing, has no picture, or one whose name is not UTF-8 or
            holds a carriage return, which CSV readers take for the end of a row.
    """
    if not path.is_dir():
        raise UserError(f"{path} is not a folder of pictures")
    entries = list(path.iterdir())
    found = sorted(file for file in entries if is_picture(file))
    if not found:
        raise UserError(f"{path} has no picture in it (looked for {' '.join(SUFFIXES)})")
    for file in found:
        if "\r" in file.name or file.name.encode(errors="ignore").decode() != file.name:
            raise UserError(f"{path}: no table can hold the name {file.name!r}: rename the picture")
    say_left_out(path, others(entries))
    return found


def others(entries: Iterable[Path]) -> Counter[str]:
    """How many of a folder's entries are no pictures by their names, by kind; not the hidden."""
    visible = (entry for entry in entries if not entry.name.startswith("."))
    return Counter(_kind(entry) for entry in visible if not is_picture(entry))


def say_left_out(path: Path, counts: Mapping[str, int]) -> None:
    """Count in one line, on stderr, what of a folder is left out; the same line is said once."""
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
    """Whether a file of a folder is a picture by its name, and neither hidden nor a dead link."""
    return not path.name.startswith(".") and path.suffix.lower() in SUFFIXES and path.is_file()
