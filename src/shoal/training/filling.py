"""Memory that nobody has written to yet."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from torch.utils import deterministic


@contextmanager
def left_unfilled(leave: bool) -> Iterator[None]:
    """Have PyTorch hand memory out as it is, though its algorithms are deterministic.

    It would fill it first, which takes 1 to 2 % of a step on one thread. Networks of ours read
    nothing that they haven't written; whatever else is trained may, and would get other bits each
    time.

    Args:
        leave: false changes nothing.
    """
    settings: Any = deterministic  # whose properties PyTorch's types don't know
    before = settings.fill_uninitialized_memory
    settings.fill_uninitialized_memory = before and not leave
    try:
        yield
    finally:
        settings.fill_uninitialized_memory = before
