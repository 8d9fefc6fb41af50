"""Memory that nobody has written to yet."""

from collections.abc import Iterator
from contextlib import contextmanager

from torch.utils import deterministic


@contextmanager
def left_unfilled(leave: bool) -> Iterator[None]:
    """Have PyTorch hand memory out as it is, though its algorithms are deterministic.

    It would fill it first, which takes 8 % of a step of EEDS on one thread. Networks of ours read
    nothing that they haven't written; whatever else is trained may, and would get other bits each
    time.

    Args:
        leave: false changes nothing.
    """
    before = deterministic.fill_uninitialized_memory
    deterministic.fill_uninitialized_memory = before and not leave
    try:
        yield
    finally:
        deterministic.fill_uninitialized_memory = before
