"""Reads and writes zip archives; an untrusted one is checked before it is read in memory."""

import stat
import zipfile
import zlib
from pathlib import Path

from shoal.errors import UserError

MOST_FILES = 10_000
MOST_BYTES = 1 << 30  # of all files, unpacked
MOST_RATIO = 100  # of unpacked to packed size; rows of text reach 10
SMALL = 1 << 20  # bytes, up to which any ratio is harmless
FIXED = (1980, 1, 1, 0, 0, 0)  # the date of all files, so that the same files give the same archive


def read(path: Path) -> dict[str, bytes]:
    """The contents of an archive's files, by name.

    Raises:
        UserError: it is no zip archive, is damaged, or holds something that capsules never hold.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            _require_harmless(path, entries)
            return {entry.filename: archive.read(entry) for entry in entries}
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError) as error:
        raise UserError(f"{path} is no capsule, or a damaged one ({error}): get it anew") from None


def _require_harmless(path: Path, entries: list[zipfile.ZipInfo]) -> None:
    names: set[str] = set()
    end = 0
    for entry in sorted(entries, key=lambda each: each.header_offset):
        name = entry.filename
        if found := name_fault(entry.orig_filename) or _fault(entry):
            raise UserError(f"{path} is refused: {entry.orig_filename!r} {found}")
        if name.casefold() in names:
            raise UserError(f"{path} is refused: {name!r} is in it twice")
        if entry.header_offset < end:
            raise UserError(f"{path} is refused: {name!r} lies within another file")
        names.add(name.casefold())
        end = entry.header_offset + entry.compress_size
    size = sum(entry.file_size for entry in entries)
    if len(entries) > MOST_FILES or size > MOST_BYTES:
        raise UserError(
            f"{path} is refused: {len(entries)} files of {size} bytes; a capsule holds at most "
            f"{MOST_FILES} of {MOST_BYTES}"
        )


def name_fault(name: str) -> str:
    r"""What is wrong with a file's name; "" if nothing is.

    >>> name_fault("findings/runs.csv")
    ''
    >>> name_fault("/etc/passwd"), name_fault("a/../../b"), name_fault("a\nb")
    ('is an absolute path', 'leads out of it', 'has characters that no name needs')
    """
    if not name.isprintable() or "\\" in name:
        return "has characters that no name needs"
    if name.startswith("/") or name[1:2] == ":":
        return "is an absolute path"
    if ".." in name.split("/"):
        return "leads out of it"
    return "is no plain name" if {"", "."} & set(name.split("/")) else ""


def _fault(entry: zipfile.ZipInfo) -> str:
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if kind not in (0, stat.S_IFREG):
        return "is a link, or no file"
    if entry.flag_bits & 1:
        return "is encrypted"
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        return "is packed by a method that capsules don't use"
    if entry.file_size > max(SMALL, MOST_RATIO * entry.compress_size):
        return f"unpacks to {entry.file_size} bytes from {entry.compress_size}"
    return ""


def write(file: zipfile.ZipFile, files: dict[str, bytes]) -> None:
    """Add files in the given order; the same files give the same bytes."""
    for name, content in files.items():
        entry = zipfile.ZipInfo(name, FIXED)
        entry.compress_type = zipfile.ZIP_DEFLATED
        entry.external_attr = (stat.S_IFREG | 0o644) << 16
        file.writestr(entry, content)
