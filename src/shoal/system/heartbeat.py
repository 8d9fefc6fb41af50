"""What stands for a lock where the file system has none: a file that is touched again and again.

One that has not been touched for a minute is nobody's. A process that stood still for so long may
have lost its heartbeat: it asks before each file that it writes.
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
SETTLE = 1.0  # seconds in which a rival that found the same dead heartbeat shows

_mine: dict[Path, str] = {}  # heartbeats of this process, and the word in each that says so


def of(lock: Path) -> Path:
    """The file beside a lock that is touched where the file system has no locks."""
    return lock.with_name(f"{lock.name}.heartbeat")


def is_beating(path: Path) -> bool:
    """Whether it was touched of late, by the file system's own clock: hosts' clocks may differ."""
    lock = path.with_suffix("")
    try:
        os.utime(lock)
        return lock.stat().st_mtime - path.stat().st_mtime < DEAD
    except FileNotFoundError:
        return False


def confirm() -> None:
    """End this process if it stood still for so long that another took a heartbeat of its over.

    Called between the writing of an unfinished file and its renaming, it leaves no moment for two
    to write: who takes over deletes unfinished files first, so that a renaming after that fails.
    """
    for path, me in list(_mine.items()):
        if _holder(path) not in (me, None):
            print(f"{path} is another's by now: this process ends", flush=True)
            os.kill(os.getpid(), signal.SIGKILL)


@contextlib.contextmanager
def beating(path: Path) -> Iterator[bool]:
    """Keep a heartbeat for as long as the context lasts; gives whether it was to be had."""
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
    """Make a heartbeat this process's; whether it is."""
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
        with contextlib.suppress(OSError):  # a full disk, a server away: the next may succeed
            confirm()
            os.utime(path)


def _holder(path: Path) -> str | None:
    try:
        return path.read_text()
    except FileNotFoundError:
        return None
