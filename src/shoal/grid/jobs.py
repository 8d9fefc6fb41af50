"""Jobs: runs that a grid wants, composed from overrides; what of each is on disk already."""

import copy
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path

from hydra.core.config_loader import ConfigLoader
from hydra.core.hydra_config import HydraConfig
from hydra.types import RunMode
from omegaconf import DictConfig, OmegaConf, open_dict

from shoal.data.selection import Selection
from shoal.errors import UserError
from shoal.runs.config import RunConfig
from shoal.runs.folder import RunFolder
from shoal.runs.run import Run

# Set after composing, which takes a quarter of a second: no file of `conf` is chosen by them.
LATE = ("scale", "seed")


class State(StrEnum):
    """What the disk says of a job."""

    TODO = "to do"
    FINISHED = "finished"
    DIVERGED = "diverged"


@dataclass(frozen=True)
class Job:
    """One run that is wanted.

    Attributes:
        overrides: that compose it.
        arguments: that make `train.py` do it in a process of its own.
        tree: as composed, resolved, without `hydra`.
        hydra: the `hydra` node.
        run: what the tree asks for.
    """

    overrides: tuple[str, ...]
    arguments: tuple[str, ...]
    tree: DictConfig
    hydra: DictConfig
    run: Run

    @property
    def config(self) -> RunConfig:
        """Of its run."""
        return self.run.config

    @property
    def folder(self) -> RunFolder:
        """Where its run is or will be."""
        return self.run.folder

    @property
    def selection(self) -> Selection:
        """Its pictures."""
        return self.run.selection

    @property
    def key(self) -> tuple[str, ...]:
        """Jobs of one key are one run, scored alike."""
        tests = (pictures.digest for pictures in self.selection.test)
        return (str(self.folder.path), self.config.protocol, *tests)

    def state(self) -> State:
        """What the disk says; a diverged run is one to do again where `force=true`."""
        folder = self.folder
        if self.config.force:
            return State.TODO
        if folder.finished:
            return State.FINISHED if self._scored() else State.TODO
        return State.DIVERGED if folder.status().get("state") == "diverged" else State.TODO

    def _scored(self) -> bool:
        """Whether the record has this protocol's scores of all test pictures."""
        scores, limit = self.folder.record()["scores"], self.config.budget.test_pictures
        for pictures in self.selection.test:
            there = scores.get(pictures.name, {}).get(self.config.protocol, {}).get("images", 0)
            if there < min(len(pictures.files), limit or len(pictures.files)):
                return False
        return True

    def require_pictures(self) -> None:
        """Make sure that its pictures are there, before a process is started for it.

        Raises:
            UserError: one is missing; the message names the command that gets it.
        """
        self.run.require_pictures()


def key(override: str) -> str:
    """What an override sets."""
    return override.partition("=")[0].lstrip("+~")


def compose(loader: ConfigLoader, master: DictConfig, overrides: Iterable[str]) -> Job:
    """Compose the job of some overrides.

    Args:
        loader: Hydra's.
        master: the config of the grid; its overrides of `hydra` hold for every job.
        overrides: of the job.

    Raises:
        UserError: no run could have this config.
    """
    overrides = tuple(overrides)
    mine = [text for text in master.hydra.overrides.hydra if not text.startswith("hydra.mode=")]
    late = {text.partition("=")[0]: text.partition("=")[2] for text in overrides if _is_late(text)}
    early = (*mine, *(text for text in overrides if not _is_late(text)))
    cfg = copy.deepcopy(_load(loader, master.hydra.job.config_name, early))
    for key, value in late.items():
        OmegaConf.update(cfg, key, int(value))
    # Only said where the config would otherwise start a grid.
    single = ("hydra.mode=RUN",) if cfg.hydra.mode == RunMode.MULTIRUN else ()
    hydra = cfg.hydra
    cfg = resolved(cfg)
    arguments = (*mine, *overrides, *single)
    return Job(overrides, arguments, cfg, hydra, Run.of(RunConfig.of(cfg)))


def _is_late(text: str) -> bool:
    key, _, value = text.partition("=")
    return key in LATE and value.isdigit()


@lru_cache(maxsize=512)
def _load(loader: ConfigLoader, config_name: str, overrides: tuple[str, ...]) -> DictConfig:
    return loader.load_configuration(config_name, list(overrides), RunMode.RUN)


def resolved(cfg: DictConfig) -> DictConfig:
    """A composed config as its run will see it: interpolations replaced, `hydra` taken out."""
    state = HydraConfig.instance()
    before = state.cfg
    try:
        state.set_config(cfg)  # what ${hydra:...} looks into
        plain = copy.deepcopy(cfg)
        with open_dict(plain):
            del plain["hydra"]
        OmegaConf.resolve(plain)
    finally:
        state.cfg = before
    return plain


def distinct(jobs: Iterable[Job]) -> list[Job]:
    """Each run once, in the order of first mention."""
    return list({job.key: job for job in reversed(list(jobs))}.values())[::-1]


def one_folder(jobs: Sequence[Job]) -> Path:
    """The folder of all runs.

    Raises:
        UserError: the jobs don't agree on it.
    """
    folders = {job.config.paths.runs for job in jobs}
    if len(folders) != 1:
        several = ",".join(sorted(map(str, folders)))
        raise UserError(f"paths.runs={several}: a grid keeps its runs in one")
    return folders.pop()


def worker(folder: RunFolder) -> str:
    """Who works on a run that is held."""
    status = folder.status()
    return f"process {status.get('pid', '?')} on {status.get('host', '?')}"
