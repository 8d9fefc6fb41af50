"""Files that have their own checksum in their name: `<stem>-<checksum><suffix>`.

A truncated or changed file is recognised before anything parses it, and is never used.
"""

from pathlib import Path

from shoal.errors import UserError
from shoal.system.files import sha256

DIGITS = 16  # of the SHA-256, in hex


def named(stem: str, digest: str, suffix: str) -> str:
    """Return the name of a file with this digest.

    >>> named("step-7", "0123456789abcdef" * 4, ".ckpt")
    'step-7-0123456789abcdef.ckpt'
    """
    return f"{stem}-{digest[:DIGITS]}{suffix}"


def last(folder: Path, stem: str, suffix: str) -> list[Path]:
    """Return the files with a stem, which may be a pattern, sorted by name, the last first.

    Files without a checksum in their name are ignored.
    """
    return sorted(folder.glob(f"{stem}-{'[0-9a-f]' * DIGITS}{suffix}"), reverse=True)


def last_whole(folder: Path, stem: str, suffix: str, instead: str) -> Path | None:
    """Return the last intact file with a stem; damaged ones are deleted.

    Args:
        folder: the folder of the files.
        stem: the beginning of their names, or a pattern of it.
        suffix: the end of their names.
        instead: what happens instead of using a damaged file, for the line that is printed.

    Raises:
        UserError: a file can't be read.
    """
    for path in last(folder, stem, suffix):
        try:
            digest = sha256(path)
        except UserError:
            if path.exists():
                raise
            continue  # another process has found it damaged and deleted it
        if path.name == named(path.stem.rpartition("-")[0], digest, suffix):
            return path
        print(f"{path} is damaged: {instead}", flush=True)
        path.unlink(missing_ok=True)
    return None
