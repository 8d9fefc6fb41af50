"""Whether PyTorch fills uninitialised memory."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from torch.utils import deterministic


@contextmanager
def left_unfilled(leave: bool) -> Iterator[None]:
    """Keep PyTorch from filling new memory, which it does when its algorithms are deterministic.

    Filling takes 1 to 2 % of a step on one thread. Shoal's networks never read memory that they
    haven't written. The user's own code may, and its results would then differ between runs.

    Args:
        leave: whether to leave memory unfilled; false changes nothing.
    """
    settings: Any = deterministic  # PyTorch's type stubs lack its properties
    before = settings.fill_uninitialized_memory
    settings.fill_uninitialized_memory = before and not leave
    try:
        yield
    finally:
        settings.fill_uninitialized_memory = before
