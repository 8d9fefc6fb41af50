"""The overhead of Shoal's training over a bare PyTorch loop, measured in turns in one process."""

import copy
import time
from collections.abc import Callable, Iterator
from typing import Any

import torch
from hydra.utils import instantiate
from lightning import Trainer
from torch import Tensor, nn

from benchmarks.measure import Row, middle, ratio
from benchmarks.setting import configured
from shoal.data.blocks import Blocks
from shoal.data.module import SuperResolutionData
from shoal.data.patches import TOGETHER, PatchStream
from shoal.runs.config import RunConfig
from shoal.runs.run import Run
from shoal.system.signals import Stop
from shoal.training.agreement import Agreement
from shoal.training.fit import fit
from shoal.training.ingredients import Ingredients, build_network, open_pictures
from shoal.training.ranks import Ranks
from shoal.training.recipe import Recipe

# By model: the target of its row, and the number of timed blocks of steps.
TARGETS = {"eeds": ("<= 1.01", 8), "ees": ("<= 1.08", 60), "eeds_fast": ("<= 1.05", 40)}
Pair = tuple[Tensor, Tensor]


class TakingTurns(Blocks[Pair]):
    """A run's blocks of steps, with equally many bare steps after each; times both.

    Args:
        blocks: the run's blocks.
        bare: a step of the bare loop.
    """

    def __init__(self, blocks: Blocks[Pair], bare: Callable[[], Any]) -> None:
        super().__init__(blocks.cut, blocks.first_step, blocks.most, blocks.every, blocks.end)
        self.bare = bare
        self.ours: list[float] = []
        self.theirs: list[float] = []

    def __iter__(self) -> Iterator[Pair]:
        since = None
        for block in super().__iter__():
            steps, turn = len(block[0]), time.perf_counter()
            if since is not None:
                for _ in range(steps):
                    self.bare()
                self.ours.append((turn - since) / steps)
                self.theirs.append((time.perf_counter() - turn) / steps)
            since = time.perf_counter()
            yield block


class Data(SuperResolutionData):
    """A run's data, whose blocks alternate with bare steps."""

    bare: Callable[[], Any]
    turns: TakingTurns

    def _in_blocks(self, stream: PatchStream, trainer: Trainer) -> Blocks[Any]:
        self.turns = TakingTurns(super()._in_blocks(stream, trainer), self.bare)
        return self.turns


def bare_step(config: RunConfig, network: nn.Module, batch: Pair) -> Callable[[], None]:
    """A step of a loop that only trains, always on the same batch."""
    network = copy.deepcopy(network).to(memory_format=torch.channels_last)
    loss, optimizer = instantiate(config.task.loss), instantiate(config.task.optimizer)
    optimizer = optimizer(network.parameters())
    lr, hr = batch

    def step() -> None:
        optimizer.zero_grad()
        loss(network(lr), hr).backward()
        optimizer.step()

    return step


def turns(model: str, blocks: int) -> tuple[list[float], list[float]]:
    """Seconds per step of Shoal's training and of the bare loop, measured in turns."""
    steps = (blocks + 3) * TOGETHER // 16
    config = configured(
        f"model={model}", "budget=standard", "budget.patch_size=48", "logger=csv", "trainer=cpu",
        f"budget.max_steps={steps}", f"budget.val_every={steps}", "budget.val_pictures=1",
    )  # fmt: skip
    run = Run.of(config)
    network, given = build_network(config), open_pictures(run)
    sizes = given.patch_size, given.batch_size
    data = Data(given.train, given.val, config.scale, *sizes, given.seed, blocks=True)
    stream = PatchStream(given.train, *sizes, given.seed)
    data.bare = bare_step(config, network, stream.batch(0))
    folder = run.folder
    folder.create()
    folder.clear()
    folder.create()
    loggers = [instantiate(each, folder=folder.path, attempt="") for each in config.logger.values()]
    with Stop() as stop:
        made_of = Ingredients(network, data, Recipe.of(config, network))
        fit(run, made_of, loggers, Agreement(Ranks(), stop), None)
    # The first block includes the start of training, the second that of Lightning's prefetching.
    return data.turns.ours[2:], data.turns.theirs[2:]


def rows() -> Iterator[Row]:
    """The overhead for each network."""
    for model, (target, blocks) in TARGETS.items():
        ours, theirs = turns(model, blocks)
        yield Row(
            f"{model} training step, x3, batch 16, HR 48: ours",
            "a bare PyTorch loop on one batch",
            target,
            ratio(ours, theirs),
            {"ours ms": middle(ours) * 1e3, "bare ms": middle(theirs) * 1e3},
        )
