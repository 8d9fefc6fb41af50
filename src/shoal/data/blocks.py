"""Consecutive training steps in blocks, the patches of each block cut at once."""

import itertools
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Generic, TypeVar

from torch.utils.data import IterableDataset, get_worker_info

T = TypeVar("T")


class Blocks(IterableDataset[T], Generic[T]):
    """An endless stream of blocks, each of which ends where anything but a step is due.

    Args:
        cut: makes the block of the given steps.
        first_step: the first step of the first block.
        most: steps of a block at most.
        every: a block ends at each multiple of this number of steps, e.g. at validations.
        end: the run's last step, where a block ends too.
    """

    def __init__(
        self, cut: Callable[[range], T], first_step: int, most: int, every: int, end: int
    ) -> None:
        super().__init__()
        self.cut, self.first_step, self.most = cut, first_step, most
        self.every, self.end = every, end

    def __iter__(self) -> Iterator[T]:
        """Blocks from `first_step` on; each of n workers yields every nth."""
        worker = get_worker_info()
        place = (0, None, 1) if worker is None else (worker.id, None, worker.num_workers)
        return map(self.cut, itertools.islice(self.ranges(), *place))

    def ranges(self) -> Iterator[range]:
        """The steps of each block."""
        step = self.first_step
        while True:
            bounds = step + self.most, (step // self.every + 1) * self.every
            stop = min(*bounds, self.end) if step < self.end else min(bounds)
            yield range(step, stop)
            step = stop


class Ahead(IterableDataset[T], Generic[T]):
    """A data set whose next item is made in a thread while the caller works on the last one.

    Args:
        items: an endless data set.
    """

    def __init__(self, items: IterableDataset[T]) -> None:
        super().__init__()
        self.items = items

    def __iter__(self) -> Iterator[T]:
        items = iter(self.items)
        with ThreadPoolExecutor(1) as thread:
            coming = thread.submit(next, items)
            while True:
                item = coming.result()
                coming = thread.submit(next, items)
                yield item
