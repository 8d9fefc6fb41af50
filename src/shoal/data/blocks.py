"""Consecutive steps of a stream in blocks, each of which is cut in one go."""

import itertools
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Generic, TypeVar

from torch.utils.data import IterableDataset, get_worker_info

T = TypeVar("T")


class Blocks(IterableDataset[T], Generic[T]):
    """Blocks for ever; one ends wherever something else is due than a step.

    Args:
        cut: makes a block of its steps.
        first_step: that the first block begins with.
        most: steps of a block.
        every: a block ends at each multiple of this.
        end: a block ends here too.
    """

    def __init__(
        self, cut: Callable[[range], T], first_step: int, most: int, every: int, end: int
    ) -> None:
        super().__init__()
        self.cut, self.first_step, self.most = cut, first_step, most
        self.every, self.end = every, end

    def __iter__(self) -> Iterator[T]:
        """Blocks from `first_step` on; of several workers each gives every nth."""
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
    """A data set whose next item is made by a thread while the last one is worked on.

    Args:
        items: the data set.
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
