"""The DataModule: the patch stream for training, whole pictures for the curve."""

from collections.abc import Iterator, Sequence

from lightning import LightningDataModule
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from shoal.data.cache import Cache
from shoal.data.patches import PatchStream, check_patch


class Pictures(Dataset[tuple[Tensor, Tensor]]):
    """One rank's share of whole pictures, LR and HR, `(1, 1, h, w)` and `(1, 1, H, W)` in [0, 1].

    All ranks get as many items, since they must stay in step; those that make up for a missing
    picture are empty, `(0, 1, h, w)`, so that no picture counts twice.

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
        lr, hr = cache.picture(number)
        count = int(place < len(self.places))
        return lr[None][:count], hr[None][:count]

    def all(self) -> Iterator[tuple[Tensor, Tensor]]:
        """The whole share, one picture after the other."""
        return (self[index] for index in range(len(self)))


class SuperResolutionData(LightningDataModule):
    """What a run trains on and what its curve is drawn with.

    Args:
        train: caches of the training sets.
        val: caches of the validation sets.
        scale: of all of them.
        patch_size: side of an HR patch in pixels.
        batch_size: patches of a step, over all ranks together.
        seed: of the patch stream.
        workers: processes that cut patches; any number gives the same batches.

    Raises:
        UserError: the patch doesn't fit.
    """

    def __init__(
        self,
        train: Sequence[Cache],
        val: Sequence[Cache],
        scale: int,
        patch_size: int,
        batch_size: int,
        seed: int,
        workers: int = 0,
    ) -> None:
        super().__init__()
        check_patch(train, patch_size, scale)
        self.train, self.val, self.workers = train, val, workers
        self.patch_size, self.batch_size, self.seed = patch_size, batch_size, seed

    def train_dataloader(self) -> DataLoader[tuple[Tensor, Tensor]]:
        """Batches from the trainer's present step on: a resumed run asks again and goes on."""
        trainer = self.trainer
        first_step = trainer.global_step if trainer else 0
        sizes = self.patch_size, self.batch_size, self.seed
        stream = PatchStream(self.train, *sizes, first_step, *self._place())
        return DataLoader(stream, batch_size=None, num_workers=self.workers)

    def val_dataloader(self) -> DataLoader[tuple[Tensor, Tensor]]:
        """This rank's whole pictures, one at a time."""
        return DataLoader(Pictures(self.val, *self._place()), batch_size=None)

    def _place(self) -> tuple[int, int]:
        """Rank, and number of ranks."""
        return (self.trainer.global_rank, self.trainer.world_size) if self.trainer else (0, 1)
