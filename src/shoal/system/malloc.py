"""Keeps freed memory, so that large activations aren't mapped and unmapped at each step."""

import ctypes
import sys

# From glibc's malloc.h.
M_TRIM_THRESHOLD, M_MMAP_MAX = -1, -4
KEPT = 1 << 30  # bytes at the top of the heap that aren't returned to the system


def keep_freed_memory() -> None:
    """Tell glibc to serve large blocks from the heap and to keep them; without glibc a no-op.

    Results don't change, and peak memory grows a little. A training step of EEDS on two cores takes
    about a fifth less time, enlarging a picture about half.
    """
    if not sys.platform.startswith("linux"):
        return
    libc = ctypes.CDLL(None)
    if hasattr(libc, "mallopt") and hasattr(libc, "gnu_get_libc_version"):
        libc.mallopt(M_MMAP_MAX, 0)
        libc.mallopt(M_TRIM_THRESHOLD, KEPT)
