"""A lock between processes: the kernel's, or a heartbeat where the file system has no locks.

The kernel frees its lock when the holder dies, however that happens. What else holds it: see
`heartbeat`.

The package filelock was tried and not taken. Its `SoftFileLease` takes another host's heartbeat
over only after watching it for the whole minute itself, and tells a loss at the second beat after
it; to look at a lock without taking it, and to ask before each write, would be ours to add.
"""

import contextlib
import errno
import fcntl
import os
import time
from collections.abc import Iterator
from pathlib import Path

from shoal.system import heartbeat

NO_LOCKS = (errno.ENOLCK, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP)
TRIES = 5  # within a fifth of a second: one who only looks holds the lock for a moment


class Held(Exception):
    """Another process holds the lock."""


@contextlib.contextmanager
def hold(path: Path) -> Iterator[None]:
    """Hold a lock for as long as the context lasts, or this process lives.

    Args:
        path: the lock's file; made if need be, and left.

    Raises:
        Held: another process holds it.
        OSError: the file can't be written.
    """
    with path.open("a") as file:
        if not _locked(file.fileno(), fcntl.LOCK_EX, TRIES):
            with heartbeat.beating(heartbeat.of(path)) as is_ours:
                if not is_ours:
                    raise Held
                yield
        elif path.exists() and os.path.samestat(path.stat(), os.fstat(file.fileno())):
            yield
        else:
            raise Held  # by one who has just deleted the file


def is_held(path: Path) -> bool:
    """Whether a process holds the lock now; where there is no file, none does."""
    try:
        with path.open() as file:
            has_none = not _locked(file.fileno(), fcntl.LOCK_SH, 1)
            return has_none and heartbeat.is_beating(heartbeat.of(path))
    except FileNotFoundError:
        return False
    except Held:
        return True


def _locked(file: int, kind: int, tries: int) -> bool:
    """Lock an open file; False where its file system can't.

    Raises:
        Held: another process has it.
    """
    for attempt in range(tries):
        time.sleep(0.02 * attempt)
        try:
            fcntl.flock(file, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            continue
        except OSError as error:
            if error.errno in NO_LOCKS:
                return False
            raise
        return True
    raise Held
