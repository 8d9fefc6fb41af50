"""The patch stream: a pure function from (seed, index) to a training pair.

Nothing depends on what was drawn before, on workers or on ranks, so a run can go on anywhere.
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

# Patches to cut at once: small batches are cut several together, since each cut costs the same.
TOGETHER = 128


class PatchStream(IterableDataset[tuple[Tensor, Tensor]]):
    """Batches of aligned LR and HR patches, cut out of caches, for ever.

    Every position of every picture (on the LR grid) is as likely as any other, so pictures weigh as
    much as the positions they offer; each of the eight symmetries is as likely as any other.

    Args:
        caches: the training sets, all of one scale and as many channels.
        patch_size: side of the HR patch in pixels, a multiple of the scale.
        batch_size: patches of a step, over all ranks together.
        seed: of the stream, in 0..2^64 - 1.
        first_step: the first step that is given out: a resumed run sets it.
        rank: which share of each batch is given out.
        ranks: among how many a batch is shared out.

    Raises:
        UserError: the patch is no multiple of the scale or larger than a picture, or the batch
            can't be shared out equally.
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
        """Batches from `first_step` on; of several workers each gives every nth."""
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
        """The batches of some steps, as `batch` gives them, cut in one go."""
        yield from zip(*self.block(steps), strict=True)

    def block(self, steps: range) -> tuple[Tensor, Tensor]:
        """The same as one tensor of LR and one of HR: `(steps, n, 1, p, p)`, `(..., P, P)`."""
        position, symmetry, words = self._draws(steps)
        # Patches of one symmetry are turned together, so they are cut side by side.
        order = np.argsort(symmetry, kind="stable")
        bounds = np.searchsorted(symmetry[order], np.arange(SYMMETRIES + 1))
        upright = self._cut(position[order], words[order])
        lr, hr = (unit(turned(patches, order, bounds)) for patches in upright)
        by_step = (-1, self.share)
        return lr.view(*by_step, *lr.shape[1:]), hr.view(*by_step, *hr.shape[1:])

    def places(self, steps: range) -> Tensor:
        """Where in the pictures the patches of some steps lie, as `data.places` has it.

        Returns:
            int64 `(steps, n, 8)`, for whoever has the caches' pictures one after the other.
        """
        position, symmetry, _ = self._draws(steps)
        found = np.empty((len(position), PLACE), np.int64)
        for number, mine, within in self._by_source(position):
            begin = sum(len(source.cache.lr) for source in self.sources[:number])
            found[mine] = places(self.sources[number], within, symmetry[mine], begin)
        return torch.from_numpy(found).view(-1, self.share, PLACE)

    def _draws(self, steps: range) -> Draws:
        """What `draws` gives for this rank's patches in some steps."""
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
        """The patches at these positions as they lie in the pictures, LR and HR.

        Args:
            position: of each.
            words: of each, by which what else happens to a patch is drawn: here nothing does.
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
        """The sources that have patches of these, which of them, and at which of its positions."""
        source_of = np.searchsorted(self.ends, position, side="right")
        for number, source in enumerate(self.sources):
            mine = np.flatnonzero(source_of == number)
            if len(mine):
                yield number, mine, position[mine] - (self.ends[number] - source.positions)
