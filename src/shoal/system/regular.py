"""Opens files that strangers may have made, if they are regular files.

A pipe, a socket or a device may have any name, and reading one may never end.
"""

import errno
import os
import stat
from io import BufferedReader
from pathlib import Path

# Without this flag, opening a pipe waits for a writer. Windows has no pipes in folders.
AT_ONCE = getattr(os, "O_NONBLOCK", 0)


def opened(path: Path) -> BufferedReader:
    """Open a regular file for reading.

    Raises:
        OSError: it doesn't exist, can't be read, or is no regular file.
    """
    # `Path.open` takes no opener.
    file = open(path, "rb", opener=_at_once)  # noqa: SIM115 - the caller closes it
    if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        file.close()
        raise OSError(errno.EINVAL, "not a regular file", str(path))
    return file


def _at_once(name: str, flags: int) -> int:
    return os.open(name, flags | AT_ONCE)


def content(path: Path, most: int) -> bytes:
    """Read a regular file.

    Args:
        path: the file.
        most: the most bytes that it may have.

    Raises:
        OSError: as in `opened`, or the file is larger.
    """
    with opened(path) as file:
        found = file.read(most + 1)
    if len(found) > most:
        raise OSError(errno.EFBIG, f"larger than {most:,} bytes", str(path))
    return found
