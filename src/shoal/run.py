"""One run, from a config to a record."""

import contextlib
import errno
import sys
import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

import torch
from hydra.utils import instantiate
from lightning.pytorch.loggers import Logger
from omegaconf import DictConfig, OmegaConf
from torch import nn

from shoal import identity
from shoal.allocator import keep_freed_memory
from shoal.config import check
from shoal.dashboards import dashboards
from shoal.data.module import SuperResolutionData
from shoal.data.selection import Selection, select
from shoal.errors import UserError
from shoal.record import RunFolder, now
from shoal.recording import add_scores, print_table, write_record
from shoal.stopping import Stop
from shoal.task import Diverged
from shoal.training import build, check_devices, fit, pictures

UNWRITABLE = (errno.ENOSPC, errno.EDQUOT, errno.EROFS)


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
    if folder.finished and not cfg.force:
        print(f"{folder.id} is finished: reused (force=true starts it anew)", flush=True)
        add_scores(cfg, folder, selection)
    else:
        _make(cfg, folder, selection, command)
    print_table(cfg, folder, selection)
    return folder


@dataclass(frozen=True)
class Ingredients:
    """What a run is made of; having it means that nothing is left to refuse."""

    network: nn.Module
    data: SuperResolutionData
    selection: Selection


def _make(cfg: DictConfig, folder: RunFolder, selection: Selection, command: str) -> None:
    keep_freed_memory()
    selection.require(Path(cfg.paths.data))
    check_devices(cfg)
    ingredients = Ingredients(build(cfg), pictures(cfg, selection), selection)
    folder.create()
    with folder.locked():
        if cfg.force:
            folder.clear()
            folder.create()
        elif folder.finished:
            return  # another process made it between our look and our lock
        elif folder.status().get("state") == "diverged":
            raise Diverged(folder.status()["step"])
        with _reported(folder):
            _work(cfg, folder, ingredients, command)


def _work(cfg: DictConfig, folder: RunFolder, made_of: Ingredients, command: str) -> None:
    started_at = _start(cfg, folder)
    with Stop() as stop, _watched(cfg, folder, started_at) as loggers:
        fitted = fit(cfg, made_of.network, made_of.data, folder, loggers, stop)
        about = {"command": command, "started_at": started_at, "finished_at": now()}
        write_record(cfg, folder, fitted, made_of.data, made_of.selection, about, loggers)


def _start(cfg: DictConfig, folder: RunFolder) -> str:
    """Take the folder over, for the first time or again. Returns when the first time was."""
    status = folder.status()
    if status.get("threads"):
        # Another thread count would change bits: a resumed run keeps the one it began with.
        torch.set_num_threads(status["threads"])
    folder.write("config.yaml", OmegaConf.to_yaml(cfg, resolve=True))
    started_at: str = status.get("started_at", now())
    resumed = status["resumed"] + 1 if status.get("threads") else 0
    threads = torch.get_num_threads()
    folder.set_status("running", resumed=resumed, threads=threads, started_at=started_at)
    return started_at


@contextlib.contextmanager
def _watched(cfg: DictConfig, folder: RunFolder, attempt: str) -> Iterator[list[Logger]]:
    """The config's loggers, closed with how the run ended."""
    entries = (cfg.logger or {}).values()
    loggers = [instantiate(entry, folder=folder.path, attempt=attempt) for entry in entries]
    for dashboard in dashboards(loggers):
        dashboard.log_config(OmegaConf.to_container(cfg, resolve=True))  # type: ignore[arg-type]
    exit_code = 1
    try:
        yield loggers
        exit_code = 0
    finally:
        for dashboard in dashboards(loggers):
            dashboard.close(exit_code)


@contextlib.contextmanager
def _reported(folder: RunFolder) -> Iterator[None]:
    """Keep the console in `log.txt`, and let the status say how the run ended."""
    with (folder.path / "log.txt").open("a") as log:
        try:
            with contextlib.redirect_stdout(_Tee(sys.stdout, log)):
                yield
        except Diverged as error:
            folder.set_status("diverged", reason=str(error), step=error.step)
            raise
        except BaseException as error:
            with contextlib.suppress(OSError):  # the disk may be what has failed
                if not folder.finished:
                    reason = f"{type(error).__name__}: {error}".splitlines()[0]
                    folder.set_status("failed", reason=reason)
                traceback.print_exc(file=log)
            if isinstance(error, OSError) and error.errno in UNWRITABLE:
                words = f"{folder.path} can't be written ({error.strerror})"
                raise UserError(f"{words}: mend that, and the same command goes on") from None
            raise


class _Tee:
    """Writes to two streams; answers all else as the first."""

    def __init__(self, first: TextIO, second: TextIO) -> None:
        self.first, self.second = first, second

    def write(self, text: str) -> int:
        self.second.write(text)
        return self.first.write(text)

    def flush(self) -> None:
        self.first.flush()
        self.second.flush()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.first, name)
