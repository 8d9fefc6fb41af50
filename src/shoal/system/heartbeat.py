"""A replacement for locks on file systems without them: a file that its holder keeps touching.

A heartbeat that hasn't been touched for a minute is free. A process that was suspended for so long
may have lost its own, so it checks before each file that it writes.
"""

import contextlib
import os
import secrets
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

BEAT = 5.0  # seconds between touches
DEAD = 60.0  # seconds without a touch
SETTLE = 1.0  # seconds after which a rival that found the same dead heartbeat must have acted

_mine: dict[Path, str] = {}  # this process's heartbeats, and the content that identifies each


def of(lock: Path) -> Path:
    """Return the heartbeat of a lock: a file beside it."""
    return lock.with_name(f"{lock.name}.heartbeat")


def is_beating(path: Path) -> bool:
    """Whether a heartbeat was touched recently, by the file system's clock, not the host's."""
    lock = path.with_suffix("")
    try:
        os.utime(lock)
        return lock.stat().st_mtime - path.stat().st_mtime < DEAD
    except FileNotFoundError:
        return False


def confirm() -> None:
    """Kill this process if it was suspended for so long that another took over a heartbeat of it.

    It is called between writing an unfinished file and renaming it, so that two processes never
    write the same file: the one that takes over first deletes unfinished files, and renaming one
    after that fails.
    """
    for path, me in list(_mine.items()):
        if _holder(path) not in (me, None):
            print(f"{path} now belongs to another process: this one ends", flush=True)
            os.kill(os.getpid(), signal.SIGKILL)


@contextlib.contextmanager
def beating(path: Path) -> Iterator[bool]:
    """Hold a heartbeat while the context lasts; yields whether it could be taken."""
    me = secrets.token_hex(8)
    if not _take(path, me):
        yield False
        return
    _mine[path] = me
    over = threading.Event()
    threading.Thread(target=_beat, args=(path, over), daemon=True).start()
    try:
        yield True
    finally:
        over.set()
        del _mine[path]
        if _holder(path) == me:
            path.unlink()


def _take(path: Path, me: str) -> bool:
    """Try to take a heartbeat for this process; returns whether it succeeded."""
    if is_beating(path):
        return False
    path.unlink(missing_ok=True)
    try:
        with path.open("x") as file:
            file.write(me)
    except FileExistsError:
        return False
    # A rival that found the same dead heartbeat may have deleted ours instead of that one.
    time.sleep(SETTLE)
    return _holder(path) == me


def _beat(path: Path, over: threading.Event) -> None:
    while not over.wait(BEAT):
        with contextlib.suppress(OSError):  # disk full or server away: the next touch may succeed
            confirm()
            os.utime(path)


def _holder(path: Path) -> str | None:
    try:
        return path.read_text()
    except FileNotFoundError:
        return None
