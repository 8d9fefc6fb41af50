"""A lock between processes: the kernel's, or a heartbeat where the file system has no locks.

The kernel frees its lock when the holder dies, however that happens. A heartbeat is a file beside
that is touched again and again: one that has not been touched for a minute is nobody's. A process
that stood still for so long may have lost its heartbeat: it asks before each file that it writes.

The package filelock was tried and not taken. Its `SoftFileLease` takes another host's heartbeat
over only after watching it for the whole minute itself, and tells a loss at the second beat after
it; to look at a lock without taking it, and to ask before each write, would be ours to add.
"""

import contextlib
import errno
import fcntl
import os
import secrets
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

NO_LOCKS = (errno.ENOLCK, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP)
TRIES = 5  # within a fifth of a second: one who only looks holds the lock for a moment
BEAT = 5.0  # seconds between touches
DEAD = 60.0  # seconds without a touch
SETTLE = 1.0  # seconds in which a rival that found the same dead heartbeat shows


_mine: dict[Path, str] = {}  # heartbeats of this process, and the word in each that says so


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
            with _beating(heartbeat(path)):
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
            return has_none and _is_beating(heartbeat(path))
    except FileNotFoundError:
        return False
    except Held:
        return True


def confirm() -> None:
    """End this process if it stood still for so long that another took a heartbeat of its over.

    Called between the writing of an unfinished file and its renaming, it leaves no moment for two
    to write: who takes over deletes unfinished files first, so that a renaming after that fails.
    """
    for path, me in list(_mine.items()):
        if _holder(path) not in (me, None):
            print(f"{path} is another's by now: this process ends", flush=True)
            os.kill(os.getpid(), signal.SIGKILL)


def heartbeat(lock: Path) -> Path:
    """The file beside a lock that is touched where the file system has no locks."""
    return lock.with_name(f"{lock.name}.heartbeat")


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


@contextlib.contextmanager
def _beating(path: Path) -> Iterator[None]:
    me = secrets.token_hex(8)
    _take(path, me)
    _mine[path] = me
    over = threading.Event()
    threading.Thread(target=_beat, args=(path, over), daemon=True).start()
    try:
        yield
    finally:
        over.set()
        del _mine[path]
        if _holder(path) == me:
            path.unlink()


def _take(path: Path, me: str) -> None:
    if _is_beating(path):
        raise Held
    path.unlink(missing_ok=True)
    try:
        with path.open("x") as file:
            file.write(me)
    except FileExistsError:
        raise Held from None
    # A rival that found the same dead heartbeat may have deleted ours instead of that one.
    time.sleep(SETTLE)
    if _holder(path) != me:
        raise Held


def _beat(path: Path, over: threading.Event) -> None:
    while not over.wait(BEAT):
        with contextlib.suppress(OSError):  # a full disk, a server away: the next may succeed
            confirm()
            os.utime(path)


def _holder(path: Path) -> str | None:
    try:
        return path.read_text()
    except FileNotFoundError:
        return None


def _is_beating(path: Path) -> bool:
    """Whether it was touched of late, by the file system's own clock: hosts' clocks may differ."""
    lock = path.with_suffix("")
    try:
        os.utime(lock)
        return lock.stat().st_mtime - path.stat().st_mtime < DEAD
    except FileNotFoundError:
        return False
