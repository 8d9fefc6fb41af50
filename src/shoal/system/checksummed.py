"""Files that carry their own checksum in their name: `<stem>-<checksum><suffix>`.

One that was cut short or changed is known without whatever reads it, and is never taken.
"""

from pathlib import Path

from shoal.errors import UserError
from shoal.system.files import sha256

DIGITS = 16  # of the SHA-256, in hex


def named(stem: str, digest: str, suffix: str) -> str:
    """The name of a file with these bytes.

    >>> named("step-7", "0123456789abcdef" * 4, ".ckpt")
    'step-7-0123456789abcdef.ckpt'
    """
    return f"{stem}-{digest[:DIGITS]}{suffix}"


def last(folder: Path, stem: str, suffix: str) -> list[Path]:
    """The files of a stem, which may be a pattern, by their names, the last first.

    A name without a checksum is somebody else's.
    """
    return sorted(folder.glob(f"{stem}-{'[0-9a-f]' * DIGITS}{suffix}"), reverse=True)


def last_whole(folder: Path, stem: str, suffix: str, instead: str) -> Path | None:
    """The last file of a stem that is as it was written; those that aren't are deleted.

    Args:
        folder: of the files.
        stem: of their names, or a pattern of it.
        suffix: of their names.
        instead: what is done where a file is damaged, for the line that says so.

    Raises:
        UserError: one can't be read.
    """
    for path in last(folder, stem, suffix):
        try:
            digest = sha256(path)
        except UserError:
            if path.exists():
                raise
            continue  # another process that shares the folder has found it damaged
        if path.name == named(path.stem.rpartition("-")[0], digest, suffix):
            return path
        print(f"{path} is damaged: {instead}", flush=True)
        path.unlink(missing_ok=True)
    return None
