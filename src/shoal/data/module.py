"""The DataModule: the patch stream for training, whole pictures for the curve."""

from collections.abc import Sequence

from lightning import LightningDataModule
from torch import Tensor
from torch.utils.data import ConcatDataset, DataLoader, Dataset

from shoal.data.cache import Cache
from shoal.data.patches import PatchStream, check_patch


class Pictures(Dataset[tuple[Tensor, Tensor]]):
    """Whole pictures of a cache, LR and HR, `(1, h, w)` and `(1, H, W)` in [0, 1]."""

    def __init__(self, cache: Cache) -> None:
        self.cache = cache

    def __len__(self) -> int:
        return len(self.cache)

    def __getitem__(self, index: int) -> tuple[Tensor, Tensor]:
        return self.cache.picture(index)


class SuperResolutionData(LightningDataModule):
    """What a run trains on and what its curve is drawn with.

    Args:
        train: caches of the training sets.
        val: caches of the validation sets.
        scale: of all of them.
        patch_size: side of an HR patch in pixels.
        batch_size: patches of a step.
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
        stream = PatchStream(
            self.train,
            self.patch_size,
            self.batch_size,
            self.seed,
            first_step=trainer.global_step if trainer else 0,
            rank=trainer.global_rank if trainer else 0,
            ranks=trainer.world_size if trainer else 1,
        )
        return DataLoader(stream, batch_size=None, num_workers=self.workers)

    def val_dataloader(self) -> DataLoader[tuple[Tensor, Tensor]]:
        """Whole pictures, one at a time."""
        return DataLoader(ConcatDataset([Pictures(cache) for cache in self.val]), batch_size=1)
