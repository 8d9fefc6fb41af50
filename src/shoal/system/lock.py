"""A lock between processes: the kernel's, or a heartbeat if the file system has no locks.

The kernel frees its lock when the holder dies in any way; for the other kind, see `heartbeat`.

The package filelock was tried and rejected. Its `SoftFileLease` takes over another host's heartbeat
only after watching it for a whole minute, and reports a loss only at the second beat after it. It
also lacks a look at a lock without taking it, and a check before each write.
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
TRIES = 5  # within a fifth of a second, since `is_held` locks the file for a moment


class Held(Exception):
    """Another process holds the lock."""


@contextlib.contextmanager
def hold(path: Path) -> Iterator[None]:
    """Hold a lock while the context lasts and this process lives.

    Args:
        path: the lock's file; it is made if needed, and left behind.

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
            raise Held  # by a process that has just deleted the file


def is_held(path: Path) -> bool:
    """Whether a process holds the lock; false if the file doesn't exist."""
    try:
        with path.open() as file:
            has_none = not _locked(file.fileno(), fcntl.LOCK_SH, 1)
            return has_none and heartbeat.is_beating(heartbeat.of(path))
    except FileNotFoundError:
        return False
    except Held:
        return True


def _locked(file: int, kind: int, tries: int) -> bool:
    """Lock an open file; returns false if its file system has no locks.

    Raises:
        Held: another process holds the lock.
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
