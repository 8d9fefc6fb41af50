"""One run, from a config to a record."""

import contextlib
from dataclasses import dataclass
from pathlib import Path

import torch
from lightning import Trainer
from omegaconf import DictConfig, OmegaConf
from torch import nn

from shoal.data.module import SuperResolutionData
from shoal.data.selection import Selection, select
from shoal.errors import UserError
from shoal.runs import identity
from shoal.runs.config import check
from shoal.runs.folder import Onlooker, RunFolder, now
from shoal.system.malloc import keep_freed_memory
from shoal.system.signals import Stop, Stopped
from shoal.training.callbacks.checkpoints import newest_whole
from shoal.training.finish import add_scores, print_table, write_record
from shoal.training.fit import build, check_devices, fit, pictures
from shoal.training.module import Diverged
from shoal.training.ranks import Agreement, Ranks, gathered, started_outside
from shoal.training.spawn import RankFailed, launch
from shoal.training.status import reported, watched


def run(cfg: DictConfig, command: str) -> RunFolder:
    """Train a model and score it, or find that this has been done.

    Args:
        cfg: the composed config.
        command: what the user typed, for the record.

    Returns:
        The folder of the finished run.

    Raises:
        UserError: the config, the pictures or the folders are not as they must be.
        Diverged: the loss stopped being finite, now or when the run was made.
        Stopped: a signal asked for it; issued again, the run goes on.
    """
    check(cfg)
    selection = select(cfg.data)
    folder = RunFolder(Path(cfg.paths.runs) / identity.run_id(cfg, selection.digests()["train"]))
    if not started_outside():
        _lead(cfg, folder, selection, command, Ranks())
        return folder
    with gathered(check_devices(cfg)) as ranks:
        if ranks.first:
            _lead(cfg, folder, selection, command, ranks)
        else:
            _follow(cfg, folder, selection, ranks)
    return folder


def _lead(
    cfg: DictConfig, folder: RunFolder, selection: Selection, command: str, ranks: Ranks
) -> None:
    """What the first rank does, which is all where there is no other."""
    if folder.finished and not cfg.force:
        print(f"{folder.id} is finished: reused (force=true starts it anew)", flush=True)
        add_scores(cfg, folder, selection)
    elif _make(cfg, folder, selection, command, ranks):
        return  # told by ranks of its own
    print_table(cfg, folder, selection)


@dataclass(frozen=True)
class Ingredients:
    """What a run is made of; having it means that nothing is left to refuse."""

    network: nn.Module
    data: SuperResolutionData
    selection: Selection


@dataclass(frozen=True)
class Orders:
    """What the first rank tells the others before they train together."""

    checkpoint: Path | None
    threads: int


def _make(
    cfg: DictConfig, folder: RunFolder, selection: Selection, command: str, ranks: Ranks
) -> bool:
    """Make the run; returns whether ranks in processes of their own have done so."""
    keep_freed_memory()
    selection.require(Path(cfg.paths.data))
    trainer = check_devices(cfg)
    ingredients = Ingredients(build(cfg), pictures(cfg, selection), selection)
    if trainer.num_devices * trainer.num_nodes > ranks.count:
        del ingredients
        _make_by_ranks(cfg, folder, command, trainer)
        return True
    folder.create()
    with folder.locked():
        if cfg.force:
            folder.clear()
            folder.create()
        elif folder.finished:
            return False  # another process made it between our look and our lock
        elif folder.status().get("state") == "diverged":
            raise Diverged(folder.status()["step"])
        with reported(folder):
            _work(cfg, folder, ingredients, command, ranks)
    return False


def _make_by_ranks(cfg: DictConfig, folder: RunFolder, command: str, trainer: Trainer) -> None:
    if trainer.num_nodes > 1:
        words = f"trainer.num_nodes={trainer.num_nodes} needs torchrun or Slurm's srun"
        raise UserError(f"{words} to start this command on each node")
    plain = OmegaConf.create(OmegaConf.to_container(cfg, resolve=True))
    try:
        launch(run, (plain, command), trainer.num_devices)
    except RankFailed as error:
        with contextlib.suppress(UserError), folder.locked():
            if not folder.finished:
                folder.set_status("failed", reason=str(error))
                with (folder.path / "log.txt").open("a") as log:
                    print(error.trace, file=log)
        raise


def _work(
    cfg: DictConfig, folder: RunFolder, made_of: Ingredients, command: str, ranks: Ranks
) -> None:
    started_at = _start(cfg, folder, ranks)
    with Stop() as stop, watched(cfg, folder, started_at) as loggers:
        checkpoint = newest_whole(folder.checkpoints)
        ranks.tell(Orders(checkpoint, torch.get_num_threads()))
        agreement = Agreement(ranks, stop)
        made = made_of.network, made_of.data
        fitted = fit(cfg, *made, folder, loggers, agreement, checkpoint)
        ranks.part()
        about = {"command": command, "started_at": started_at}
        write_record(cfg, folder, fitted, made_of.data, made_of.selection, about, loggers)


def _follow(cfg: DictConfig, folder: RunFolder, selection: Selection, ranks: Ranks) -> None:
    """What the other ranks do: train along, and leave all words to the first."""
    with Stop(patient=True) as stop:
        orders: Orders | None = ranks.tell(None)
        if orders is None:
            return
        torch.set_num_threads(orders.threads)
        keep_freed_memory()
        made, onlooker = (build(cfg), pictures(cfg, selection)), Onlooker(folder.path)
        with contextlib.suppress(Diverged, Stopped):
            fit(cfg, *made, onlooker, [], Agreement(ranks, stop), orders.checkpoint)
            ranks.part()


def _start(cfg: DictConfig, folder: RunFolder, ranks: Ranks) -> str:
    """Take the folder over, for the first time or again. Returns when the first time was."""
    status = folder.status()
    if status.get("threads") and status.get("devices", 1) == ranks.count:
        # Another thread count would change bits: a resumed run keeps the one it began with.
        torch.set_num_threads(status["threads"])
    folder.write("config.yaml", OmegaConf.to_yaml(cfg, resolve=True))
    started_at: str = status.get("started_at", now())
    facts = {
        "resumed": status["resumed"] + 1 if status.get("threads") else 0,
        "threads": torch.get_num_threads(),
        "devices": ranks.count,
        "nodes": ranks.nodes,
    }
    folder.set_status("running", started_at=started_at, **facts)
    return started_at
