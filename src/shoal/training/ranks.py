"""The ranks of a run, one process for each device: which this is, and what all must hear.

The first rank decides and writes; the others only compute. A run on one device is one rank, to
which nothing here costs anything.
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
        rank: of this process, from 0.
        count: of all.
        nodes: machines that they are on.
        device: of this process.
    """

    def __init__(
        self, rank: int = 0, count: int = 1, nodes: int = 1, device: torch.device | None = None
    ) -> None:
        self.rank, self.count, self.nodes, self.device = rank, count, nodes, device
        self.broadcasted = count == 1  # whether the others have heard from the first

    @property
    def first(self) -> bool:
        """Whether this is the rank that decides and writes."""
        return self.rank == 0

    def broadcast(self, word: Any) -> Any:
        """The first rank's word, on all ranks."""
        if self.count == 1:
            return word
        words, self.broadcasted = [word], True
        distributed.broadcast_object_list(words, src=0, device=self.device)
        return words[0]

    def total(self, values: list[float | Tensor]) -> list[float]:
        """The sums over all ranks, the same on each."""
        # In float64: a sum in another order must not show.
        numbers = torch.stack([torch.as_tensor(each).double().to(self.device) for each in values])
        distributed.all_reduce(numbers)
        return numbers.tolist()

    def part(self) -> None:
        """Leave the others: from here on each rank is on its own."""
        if self.count > 1:
            distributed.destroy_process_group()


@dataclass(frozen=True)
class Orders:
    """What the first rank tells the others before they train together."""

    checkpoint: Path | None
    threads: int


def started_outside() -> bool:
    """Whether torchrun, Slurm or `training.spawn` started this process as one of several."""
    for kind in (TorchElasticEnvironment, SLURMEnvironment):
        if kind.detect():
            return kind().world_size() > 1
    return "LOCAL_RANK" in os.environ


def outside_rank() -> int:
    """Which of the processes that were started together this is, by what started it."""
    for kind in (TorchElasticEnvironment, SLURMEnvironment):
        if kind.detect():
            return kind().global_rank()
    return int(os.environ.get("LOCAL_RANK", 0))


@contextlib.contextmanager
def gathered(trainer: Trainer) -> Iterator[Ranks]:
    """The ranks of a run, connected, where they were started outside.

    Only the first has the console. Where it ends without a word, the others end too.

    Args:
        trainer: of the run's devices.

    """
    strategy = trainer.strategy
    if not isinstance(strategy, ParallelStrategy):
        yield Ranks()
        return
    # Else Lightning shares out the cores anew when it begins to fit.
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
    """Refuse to be one of more or fewer processes than the trainer has devices.

    Raises:
        UserError: torchrun or Slurm has started another number.
    """
    wanted = trainer.num_devices * trainer.num_nodes
    if TorchElasticEnvironment.detect():
        started = TorchElasticEnvironment().world_size()
    elif SLURMEnvironment.detect() and wanted > 1 and SLURMEnvironment().world_size() > 1:
        started = SLURMEnvironment().world_size()
    else:  # one task of Slurm starts ranks of its own; many may be runs of one device each
        return
    if started != wanted:
        raise UserError(
            f"trainer.devices={trainer.num_devices} on trainer.num_nodes={trainer.num_nodes} are "
            f"{wanted} processes, but {started} were started: make them equal"
        )
