"""The DataModule: a patch stream for training, whole pictures for validation."""

from collections.abc import Callable, Sequence
from typing import Any

import torch
from lightning import LightningDataModule, Trainer
from torch import Tensor
from torch.utils.data import DataLoader, IterableDataset

from shoal.data.blocks import Ahead, Blocks
from shoal.data.cache import Cache
from shoal.data.checks import check_patch
from shoal.data.compressed import CompressedPictures, CompressedStream
from shoal.data.degradation import BICUBIC, JPEG
from shoal.data.patches import TOGETHER, PatchStream
from shoal.data.pictures import Pictures
from shoal.data.places import OnDevice, fit_on

# Patches whose places are sent to a device at once: enough that it never waits for more.
TOGETHER_THERE = 512


class SuperResolutionData(LightningDataModule):
    """A run's training patches and validation pictures.

    Args:
        train: caches of the training sets.
        val: caches of the validation sets.
        scale: of all of them.
        patch_size: side of an HR patch in pixels.
        batch_size: patches of a step, over all ranks together.
        seed: of the patch stream.
        workers: processes that cut patches; their number doesn't change the batches.
        blocks: yield several steps at once if a single device trains on them.
        degradation: `bicubic`, or `jpeg`, which takes caches of RGB.
        channels: of the network: 1, luma, or 3, RGB.

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
        blocks: bool = False,
        degradation: str = BICUBIC,
        channels: int = 1,
    ) -> None:
        super().__init__()
        check_patch(train, patch_size, scale)
        self.train, self.val, self.workers = train, val, workers
        self.patch_size, self.batch_size, self.seed = patch_size, batch_size, seed
        self.blocks, self.channels = blocks, channels
        self.compressed = degradation == JPEG
        self.there: OnDevice | None = None  # the training pictures, if they are on a device

    def train_dataloader(self) -> DataLoader[Any]:
        """Batches from the trainer's current step on, which a resumed run continues from.

        A batch is LR and HR of a step, or of several steps as `PatchStream.block` has them.
        """
        trainer = self.trainer
        first_step = trainer.global_step if trainer else 0
        sizes = self.patch_size, self.batch_size, self.seed
        place = (first_step, *self._place())
        stream = (
            CompressedStream(self.train, *sizes, *place, channels=self.channels)
            if self.compressed
            else PatchStream(self.train, *sizes, *place)
        )
        dataset: IterableDataset[Any] = stream
        on_cuda = trainer is not None and trainer.strategy.root_device.type == "cuda"
        if trainer and self.blocks and trainer.world_size == 1 and _takes_all(trainer):
            dataset = self._in_blocks(stream, trainer)
        if on_cuda and not self.workers and self.there is None:
            dataset = Ahead(dataset)
        return DataLoader(dataset, batch_size=None, num_workers=self.workers, pin_memory=on_cuda)

    def _in_blocks(self, stream: PatchStream, trainer: Trainer) -> Blocks[Any]:
        """Blocks that end at validations and at the run's end; places, if the device cuts them."""
        device, every = trainer.strategy.root_device, int(trainer.val_check_interval)
        cut: Callable[[range], Any] = stream.block
        patches = TOGETHER
        # JPEG compression happens on the CPU alone.
        if device.type == "cuda" and not self.compressed and fit_on(device, self.train):
            self.there = OnDevice(self.train, self.patch_size, device)
            cut, patches = stream.places, TOGETHER_THERE
        most = max(1, patches // stream.share)
        return Blocks(cut, stream.first_step, most, every, trainer.max_steps)

    def transfer_batch_to_device(
        self, batch: Any, device: torch.device, dataloader_idx: int
    ) -> Any:
        """A batch on the device; patches are cut there if the batch says where they lie."""
        batch = super().transfer_batch_to_device(batch, device, dataloader_idx)
        return self.there.cut(batch) if self.there and isinstance(batch, Tensor) else batch

    def val_dataloader(self) -> DataLoader[tuple[Tensor, Tensor]]:
        """This rank's whole pictures, one at a time."""
        return DataLoader(self.pictures(*self._place()), batch_size=None)

    def pictures(self, rank: int = 0, ranks: int = 1) -> Pictures:
        """A rank's share of the whole validation pictures."""
        if self.compressed:
            return CompressedPictures(self.val, rank, ranks, channels=self.channels)
        return Pictures(self.val, rank, ranks)

    def _place(self) -> tuple[int, int]:
        """This rank, and the number of ranks."""
        return (self.trainer.global_rank, self.trainer.world_size) if self.trainer else (0, 1)


def _takes_all(trainer: Trainer) -> bool:
    """Whether an epoch takes all batches: for Lightning 1.0 means all, and 1 a single one.

    A limit counts steps, so batches must not be blocks of several.
    """
    return isinstance(trainer.limit_train_batches, float)
