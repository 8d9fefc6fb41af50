"""What Shoal's training costs beside a bare PyTorch loop, step by step in one process."""

import copy
import time
from collections.abc import Callable, Iterator

import torch
from hydra.utils import instantiate
from torch import Tensor, nn
from torch.utils.data import DataLoader, IterableDataset

from benchmarks.measure import Row, middle, ratio
from benchmarks.setting import configured
from shoal.data.module import SuperResolutionData
from shoal.data.patches import PatchStream
from shoal.runs.config import RunConfig
from shoal.runs.run import Run
from shoal.system.signals import Stop
from shoal.training.agreement import Agreement
from shoal.training.fit import fit
from shoal.training.ingredients import Ingredients, build_network, open_pictures
from shoal.training.ranks import Ranks
from shoal.training.recipe import Recipe

# Model: target of the row, steps in a block.
TARGETS = {"eeds": ("<= 1.03", 4), "ees": ("<= 1.20", 24), "eeds_fast": ("<= 1.10", 24)}
BLOCKS = 10
Pair = tuple[Tensor, Tensor]


class TakingTurns(IterableDataset[Pair]):
    """The patch stream, with a block of bare steps between blocks of ours; times both.

    Args:
        stream: of the run.
        bare: one step of the bare loop.
        block: steps.
    """

    def __init__(self, stream: PatchStream, bare: Callable[[], None], block: int) -> None:
        self.stream, self.bare, self.block = stream, bare, block
        self.ours: list[float] = []
        self.theirs: list[float] = []

    def __iter__(self) -> Iterator[Pair]:
        since = time.perf_counter()
        for step, batch in enumerate(self.stream):
            if step and step % self.block == 0:
                turn = time.perf_counter()
                for _ in range(self.block):
                    self.bare()
                since, before = time.perf_counter(), since
                self.ours.append((turn - before) / self.block)
                self.theirs.append((since - turn) / self.block)
            yield batch


class Data(SuperResolutionData):
    """A run's data whose training batches come in turns with bare steps."""

    turns: TakingTurns

    def train_dataloader(self) -> DataLoader[Pair]:
        return DataLoader(self.turns, batch_size=None)


def bare_step(config: RunConfig, network: nn.Module, batch: Pair) -> Callable[[], None]:
    """A step of a loop that does nothing but train, always on the same batch."""
    network = copy.deepcopy(network).to(memory_format=torch.channels_last)
    loss, optimizer = instantiate(config.task.loss), instantiate(config.task.optimizer)
    optimizer = optimizer(network.parameters())
    lr, hr = batch

    def step() -> None:
        optimizer.zero_grad()
        loss(network(lr), hr).backward()
        optimizer.step()

    return step


def turns(model: str, block: int, blocks: int = BLOCKS) -> tuple[list[float], list[float]]:
    """Seconds per step of our training and of the bare loop, in turns."""
    steps = block * (blocks + 2)
    config = configured(
        f"model={model}", "budget=standard", "budget.patch_size=48", "logger=csv", "trainer=cpu",
        f"budget.max_steps={steps}", f"budget.val_every={steps}", "budget.val_pictures=1",
    )  # fmt: skip
    run = Run.of(config)
    network, given = build_network(config), open_pictures(run)
    sizes = given.patch_size, given.batch_size
    data = Data(given.train, given.val, config.scale, *sizes, given.seed)
    stream = PatchStream(given.train, given.patch_size, given.batch_size, given.seed)
    data.turns = TakingTurns(stream, bare_step(config, network, stream.batch(0)), block)
    folder = run.folder
    folder.create()
    folder.clear()
    folder.create()
    loggers = [instantiate(each, folder=folder.path, attempt="") for each in config.logger.values()]
    with Stop() as stop:
        made_of = Ingredients(network, data, Recipe.of(config, network))
        fit(run, made_of, loggers, Agreement(Ranks(), stop), None)
    return data.turns.ours[1:], data.turns.theirs[1:]


def rows() -> Iterator[Row]:
    """The tax of each network."""
    for model, (target, block) in TARGETS.items():
        ours, theirs = turns(model, block)
        yield Row(
            f"{model} training step, x3, batch 16, HR 48: ours",
            "a bare PyTorch loop on one batch",
            target,
            ratio(ours, theirs),
            {"ours ms": middle(ours) * 1e3, "bare ms": middle(theirs) * 1e3},
        )
