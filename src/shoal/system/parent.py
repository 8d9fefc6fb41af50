"""A process that doesn't outlive the one that started it, where the kernel can see to that.

A process can ask for this only for itself. Python code between fork and exec (`preexec_fn`) isn't
safe in a program with threads, such as Ray's workers. So this very file is started first, asks, and
then becomes the program that was meant: whatever the program is, it needs no code of its own for
it, and its own children don't inherit it.
"""

import ctypes
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


def die_with(parent: int) -> None:
    """Get SIGTERM when the parent dies, however that happens; elsewhere than on Linux a no-op.

    Args:
        parent: the process that started this one; where it is dead already, this one ends at once.
    """
    if LIBC is None:
        return
    LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:
        os._exit(1)


def dying_with_us(command: Sequence[str]) -> list[str]:
    """A command whose process, started by this one, gets SIGTERM when this one dies.

    Args:
        command: a program by its path, and its arguments.
    """
    if LIBC is None:
        return list(command)
    # Isolated and without site packages: nothing but the standard library, 27 ms.
    here = [sys.executable, "-I", "-S", str(Path(__file__).resolve())]
    return [*here, str(os.getpid()), *command]


def _become(parent: int, command: list[str]) -> None:
    """Turn into a command that dies with the parent: what is asked of the kernel outlives exec."""
    die_with(parent)
    try:
        os.execv(command[0], command)
    except OSError as error:
        sys.exit(f"{command[0]} can't be started: {error.strerror}")


if __name__ == "__main__":
    _become(int(sys.argv[1]), sys.argv[2:])
