"""A process that doesn't outlive the one that started it, where the kernel can see to that."""

import ctypes
import os
import signal
import sys

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
