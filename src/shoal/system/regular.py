"""Files that strangers may have made, opened: regular ones alone.

A pipe, a socket or a device may have any name; reading one may never end.
"""

import errno
import os
import stat
from io import BufferedReader
from pathlib import Path

# Without it, opening a pipe waits for whoever writes to it. Windows has none that lie in folders.
AT_ONCE = getattr(os, "O_NONBLOCK", 0)


def opened(path: Path) -> BufferedReader:
    """A regular file, open to be read.

    Raises:
        OSError: there is none, it can't be read, or what has that name is no regular file.
    """
    # `Path.open` takes no opener.
    file = open(path, "rb", opener=_at_once)  # noqa: SIM115 - whoever asked closes it
    if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        file.close()
        raise OSError(errno.EINVAL, "not a regular file", str(path))
    return file


def _at_once(name: str, flags: int) -> int:
    return os.open(name, flags | AT_ONCE)


def content(path: Path, most: int) -> bytes:
    """The bytes of a regular file.

    Args:
        path: of the file.
        most: how many there may be.

    Raises:
        OSError: as `opened`, or there are more.
    """
    with opened(path) as file:
        found = file.read(most + 1)
    if len(found) > most:
        raise OSError(errno.EFBIG, f"larger than {most:,} bytes", str(path))
    return found
