"""Files that appear whole or not at all."""

import errno
import hashlib
import os
import secrets
from pathlib import Path

UNFINISHED = ".unfinished"  # how names of files that aren't whole yet begin
# What a disk or a folder says that can't be written: the user's to mend.
UNWRITABLE = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES)


def write_whole(path: Path, content: bytes | str) -> str:
    """Write a file beside and rename it: it appears whole or not at all.

    Returns:
        The SHA-256 of its bytes.
    """
    data = content.encode() if isinstance(content, str) else content
    beside = path.with_name(f"{UNFINISHED}-{secrets.token_hex(8)}")
    try:
        with beside.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
    return hashlib.sha256(data).hexdigest()


def sweep(folder: Path) -> None:
    """Delete what kills have left unfinished in a folder that nobody else writes to."""
    for path in folder.rglob(f"{UNFINISHED}*"):
        path.unlink(missing_ok=True)
