"""Whole pictures of caches, one at a time, shared out among ranks."""

from collections.abc import Iterator, Sequence

from torch import Tensor
from torch.utils.data import Dataset

from shoal.data.cache import Cache


class Pictures(Dataset[tuple[Tensor, Tensor]]):
    """One rank's share of whole pictures, LR `(1, C, h, w)` and HR `(1, C, H, W)` in [0, 1].

    All ranks get the same number of items, since they must stay in step. If pictures run out, an
    item is empty, `(0, C, h, w)`, so that no picture counts twice.

    Args:
        caches: of all pictures.
        rank: whose share this is.
        ranks: how many share.
    """

    def __init__(self, caches: Sequence[Cache], rank: int = 0, ranks: int = 1) -> None:
        self.places = [(cache, index) for cache in caches for index in range(len(cache))]
        self.rank, self.ranks = rank, ranks

    def __len__(self) -> int:
        return -(-len(self.places) // self.ranks)

    def __getitem__(self, index: int) -> tuple[Tensor, Tensor]:
        place = index * self.ranks + self.rank
        cache, number = self.places[min(place, len(self.places) - 1)]
        lr, hr = self._pair(cache, number)
        count = int(place < len(self.places))
        return lr[None][:count], hr[None][:count]

    def all(self) -> Iterator[tuple[Tensor, Tensor]]:
        """The whole share, one picture after the other."""
        return (self[index] for index in range(len(self)))

    def _pair(self, cache: Cache, number: int) -> tuple[Tensor, Tensor]:
        """LR and HR of one picture, `(C, h, w)` and `(C, H, W)`."""
        return cache.picture(number)
