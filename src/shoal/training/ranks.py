"""The ranks of a run, one process per device: which one this is, and how they communicate.

The first rank decides and writes; the others only compute. A run on one device has one rank, which
communicates with nobody.
"""

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from lightning import Trainer
from lightning.fabric.plugins.environments.slurm import SLURMEnvironment
from lightning.fabric.plugins.environments.torchelastic import TorchElasticEnvironment
from lightning.pytorch.strategies import ParallelStrategy
from torch import Tensor, distributed

from shoal.errors import UserError
from shoal.system.variables import THREADS


class Ranks:
    """This process among those of its run.

    Args:
        rank: this process's, from 0.
        count: the number of ranks.
        nodes: the number of machines that they run on.
        device: this process's.

    Attributes:
        broadcasted: whether the other ranks have received something from the first.
    """

    def __init__(
        self, rank: int = 0, count: int = 1, nodes: int = 1, device: torch.device | None = None
    ) -> None:
        self.rank, self.count, self.nodes, self.device = rank, count, nodes, device
        self.broadcasted = count == 1

    @property
    def first(self) -> bool:
        """Whether this is the rank that decides and writes."""
        return self.rank == 0

    def broadcast(self, word: Any) -> Any:
        """Return the first rank's object on all ranks."""
        if self.count == 1:
            return word
        words, self.broadcasted = [word], True
        distributed.broadcast_object_list(words, src=0, device=self.device)
        return words[0]

    def total(self, values: list[float | Tensor]) -> list[float]:
        """Sum each value over all ranks; every rank gets the same sums."""
        # In float64, so that the order of summation makes no visible difference.
        numbers = torch.stack([torch.as_tensor(each).double().to(self.device) for each in values])
        distributed.all_reduce(numbers)
        return numbers.tolist()

    def part(self) -> None:
        """Leave the process group: from here on the ranks don't communicate."""
        if self.count > 1:
            distributed.destroy_process_group()


@dataclass(frozen=True)
class Orders:
    """What the first rank tells the others before they train together.

    Attributes:
        checkpoint: the checkpoint to resume from, if any.
        threads: of each rank.
    """

    checkpoint: Path | None
    threads: int


def started_outside() -> bool:
    """Whether torchrun, Slurm or `training.spawn` started this process as one of several."""
    for kind in (TorchElasticEnvironment, SLURMEnvironment):
        if kind.detect():
            return kind().world_size() > 1
    return "LOCAL_RANK" in os.environ


def outside_rank() -> int:
    """Return this process's rank among those started together, according to what started them."""
    for kind in (TorchElasticEnvironment, SLURMEnvironment):
        if kind.detect():
            return kind().global_rank()
    return int(os.environ.get("LOCAL_RANK", 0))


@contextlib.contextmanager
def gathered(trainer: Trainer) -> Iterator[Ranks]:
    """Connect the ranks that torchrun, Slurm or `training.spawn` has started.

    Only the first rank prints. If it ends before it has broadcast anything, the others end too.

    Args:
        trainer: from `check_devices`.
    """
    strategy = trainer.strategy
    if not isinstance(strategy, ParallelStrategy):
        yield Ranks()
        return
    # Otherwise Lightning changes the number of threads when it begins to fit.
    os.environ.setdefault(THREADS, str(torch.get_num_threads()))
    strategy.setup_environment()
    here = trainer.global_rank, trainer.world_size, trainer.num_nodes, strategy.root_device
    ranks = Ranks(*here)
    if ranks.first:
        try:
            yield ranks
        finally:
            if not ranks.broadcasted:
                ranks.broadcast(None)
    else:
        with open(os.devnull, "w") as nowhere, contextlib.redirect_stdout(nowhere):  # noqa: PTH123
            yield ranks


def require_match(trainer: Trainer) -> None:
    """Require that as many processes were started as the trainer has devices.

    Raises:
        UserError: torchrun or Slurm has started another number.
    """
    wanted = trainer.num_devices * trainer.num_nodes
    if TorchElasticEnvironment.detect():
        started = TorchElasticEnvironment().world_size()
    elif SLURMEnvironment.detect() and wanted > 1 and SLURMEnvironment().world_size() > 1:
        started = SLURMEnvironment().world_size()
    else:  # a single Slurm task starts its ranks itself; several may be runs on one device each
        return
    if started != wanted:
        raise UserError(
            f"trainer.devices={trainer.num_devices} on trainer.num_nodes={trainer.num_nodes} are "
            f"{wanted} processes, but {started} were started: make them equal"
        )
