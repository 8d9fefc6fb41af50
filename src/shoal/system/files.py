"""Files that appear whole or not at all; rows as CSV."""

import csv
import errno
import hashlib
import io
import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from shoal.errors import UserError
from shoal.system import heartbeat, regular

UNFINISHED = ".unfinished"  # the beginning of names of files that are still being written
# Errors of a disk or folder that can't be written, which the user has to resolve.
UNWRITABLE = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES)


Row = Mapping[str, Any]


@contextmanager
def whole(path: Path) -> Iterator[BinaryIO]:
    """Open a file to write that becomes `path` at the end, or vanishes at an error."""
    beside = path.with_name(f"{UNFINISHED}-{secrets.token_hex(8)}")
    try:
        with beside.open("xb+") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        heartbeat.confirm()
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


def write_whole(path: Path, content: bytes | str) -> str:
    """Write a file that appears whole or not at all.

    Returns:
        The SHA-256 of its bytes.
    """
    data = content.encode() if isinstance(content, str) else content
    with whole(path) as file:
        file.write(data)
    return hashlib.sha256(data).hexdigest()


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, in hex.

    Raises:
        UserError: the file cannot be read.
    """
    try:
        with regular.opened(path) as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror}") from None


@contextmanager
def asked_for(path: Path) -> Iterator[BinaryIO]:
    """Open a file that the user asked for like `whole`, after making its folder.

    Raises:
        UserError: it can't be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with whole(path) as file:
            yield file
    except OSError as error:
        raise UserError(f"{path} can't be written: {error.strerror or error}") from None


def write_folder(folder: Path, contents: Mapping[str, bytes]) -> None:
    """Write a new folder that the user asked for, whole or not at all.

    Raises:
        UserError: it can't be written.
    """
    there = next(path for path in folder.absolute().parents if path.exists())
    try:
        with tempfile.TemporaryDirectory(dir=there, prefix=f"{UNFINISHED}-") as beside:
            made = Path(beside) / folder.name
            made.mkdir()  # with ordinary permissions, unlike the temporary folder itself
            for name, content in contents.items():
                write_whole(made / name, content)
            folder.parent.mkdir(parents=True, exist_ok=True)
            made.rename(folder)
    except OSError as error:
        raise UserError(f"{folder} can't be written: {error.strerror or error}") from None


def sweep(folder: Path) -> None:
    """Delete unfinished files of killed processes from a folder that no other process writes to."""
    for path in list(folder.rglob(f"{UNFINISHED}*")):
        delete(path)


def delete(path: Path) -> None:
    """Delete a file, a link (not what it leads to), or a folder with all that is in it."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def csv_text(columns: Sequence[str], rows: Sequence[Row]) -> str:
    """Format rows as CSV; absent values are empty, floats keep every digit."""
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()
