"""The patch stream: a pure function from (seed, index) to a training pair.

Nothing depends on earlier draws, on workers or on ranks, so a run can be resumed at any step.
"""

from collections.abc import Iterator, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import IterableDataset, get_worker_info

from shoal.data.cache import Cache, unit
from shoal.data.checks import check_patch, check_share
from shoal.data.cutting import SYMMETRIES, Patches, Source, turned
from shoal.data.draws import Draws, draws
from shoal.data.places import PLACE, places

# Patches to cut at once: several small batches are cut together, since each cut has a fixed cost.
TOGETHER = 128


class PatchStream(IterableDataset[tuple[Tensor, Tensor]]):
    """An endless stream of batches of aligned LR and HR patches, cut out of caches.

    Every position of every picture (on the LR grid) is equally likely, so a picture's weight is
    the number of its positions; the eight symmetries are equally likely too.

    Args:
        caches: the training sets, all of the same scale and number of channels.
        patch_size: side of the HR patch in pixels, a multiple of the scale.
        batch_size: patches of a step, over all ranks together.
        seed: of the stream, in 0..2^64 - 1.
        first_step: the first step of the stream, which a resumed run sets.
        rank: which share of each batch this stream yields.
        ranks: how many share a batch.

    Raises:
        UserError: the patch is no multiple of the scale or larger than a picture, or the ranks
            can't share the batch equally.
    """

    def __init__(
        self,
        caches: Sequence[Cache],
        patch_size: int,
        batch_size: int,
        seed: int,
        first_step: int = 0,
        rank: int = 0,
        ranks: int = 1,
    ) -> None:
        super().__init__()
        self.scale = caches[0].scale
        check_patch(caches, patch_size, self.scale)
        check_share(batch_size, ranks)
        self.patch_size, self.batch_size, self.seed = patch_size, batch_size, seed
        self.first_step, self.rank, self.share = first_step, rank, batch_size // ranks
        self.sources = [Source(cache, patch_size // self.scale) for cache in caches]
        self.ends = np.cumsum([source.positions for source in self.sources])

    def __iter__(self) -> Iterator[tuple[Tensor, Tensor]]:
        """Batches from `first_step` on; each of n workers yields every nth."""
        worker = get_worker_info()
        step, stride = self.first_step, 1
        if worker is not None:
            step, stride = step + worker.id, worker.num_workers
        together = max(1, TOGETHER // self.share)
        while True:
            steps = range(step, step + together * stride, stride)
            yield from self.batches(steps)
            step = steps.stop

    def batch(self, step: int) -> tuple[Tensor, Tensor]:
        """This rank's share of a step's batch.

        Returns:
            LR `(n, C, p, p)` and HR `(n, C, P, P)`, float32 in [0, 1], P = scale * p.
        """
        return next(self.batches(range(step, step + 1)))

    def batches(self, steps: range) -> Iterator[tuple[Tensor, Tensor]]:
        """The batches of some steps, as by `batch`, cut at once."""
        yield from zip(*self.block(steps), strict=True)

    def block(self, steps: range) -> tuple[Tensor, Tensor]:
        """The batches of some steps as two tensors: LR `(steps, n, C, p, p)`, HR `(..., P, P)`."""
        position, symmetry, words = self._draws(steps)
        # Patches of one symmetry are turned together, so they are cut side by side.
        order = np.argsort(symmetry, kind="stable")
        bounds = np.searchsorted(symmetry[order], np.arange(SYMMETRIES + 1))
        upright = self._cut(position[order], words[order])
        lr, hr = (unit(turned(patches, order, bounds)) for patches in upright)
        by_step = (-1, self.share)
        return lr.view(*by_step, *lr.shape[1:]), hr.view(*by_step, *hr.shape[1:])

    def places(self, steps: range) -> Tensor:
        """The places of the patches of some steps, for pictures that are on a device.

        Returns:
            int64 `(steps, n, 8)`, as in `data.places`; all caches count as one after the other.
        """
        position, symmetry, _ = self._draws(steps)
        found = np.empty((len(position), PLACE), np.int64)
        for number, mine, within in self._by_source(position):
            begin = sum(len(source.cache.lr) for source in self.sources[:number])
            found[mine] = places(self.sources[number], within, symmetry[mine], begin)
        return torch.from_numpy(found).view(-1, self.share, PLACE)

    def _draws(self, steps: range) -> Draws:
        """The `draws` of this rank's patches in some steps."""
        first, count = steps[0] * self.batch_size, (steps[-1] - steps[0] + 1) * self.batch_size
        position, symmetry, words = draws(self.seed, first, count, int(self.ends[-1]))
        begin = self.rank * self.share
        mine = slice(None, None, steps.step), slice(begin, begin + self.share)
        by_step = (-1, self.batch_size)
        return (
            position.reshape(by_step)[mine].ravel(),
            symmetry.reshape(by_step)[mine].ravel(),
            words.reshape(by_step)[mine].ravel(),
        )

    def _cut(
        self, position: NDArray[np.int64], words: NDArray[np.uint64]
    ) -> tuple[Patches, NDArray[np.uint8]]:
        """LR and HR patches, not yet turned.

        Args:
            position: of each patch.
            words: a random word for each, by which a subclass draws what else it does to a patch.
        """
        first, side = self.sources[0].cache, self.patch_size // self.scale
        shape = len(position), first.channels
        lr = np.empty((*shape, side, side), first.lr.dtype)
        hr = np.empty((*shape, self.patch_size, self.patch_size), np.uint8)
        for number, mine, within in self._by_source(position):
            lr[mine], hr[mine] = self.sources[number].cut(within)
        return lr, hr

    def _by_source(
        self, position: NDArray[np.int64]
    ) -> Iterator[tuple[int, NDArray[np.intp], NDArray[np.int64]]]:
        """Each source with some of these patches: its number, their indices, positions in it."""
        source_of = np.searchsorted(self.ends, position, side="right")
        for number, source in enumerate(self.sources):
            mine = np.flatnonzero(source_of == number)
            if len(mine):
                yield number, mine, position[mine] - (self.ends[number] - source.positions)
