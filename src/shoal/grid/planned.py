"""The runs that a grid wants, and what of each is on disk already."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from omegaconf import DictConfig

from shoal.data.selection import Selection
from shoal.errors import UserError
from shoal.runs.config import RunConfig
from shoal.runs.folder import RunFolder
from shoal.runs.run import Run
from shoal.runs.scored import unscored


class State(StrEnum):
    """What the disk says of a planned run."""

    TODO = "to do"
    FINISHED = "finished"
    DIVERGED = "diverged"


@dataclass(frozen=True)
class PlannedRun:
    """One run that is wanted.

    Attributes:
        overrides: that compose it.
        arguments: that make `train.py` do it in a process of its own.
        tree: as composed, resolved, without `hydra`.
        hydra: the `hydra` node.
        run: what the tree asks for.
        title: what it is called in its grid, beside its id.
        arm: the label of the experiment's arm that it is of, if any.
    """

    overrides: tuple[str, ...]
    arguments: tuple[str, ...]
    tree: DictConfig
    hydra: DictConfig
    run: Run
    title: str = ""
    arm: str = ""

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
        """Planned runs of one key are one run, scored alike."""
        tests = (pictures.scored for pictures in self.selection.test)
        return (str(self.folder.path), self.config.protocol, *tests, *sorted(self.config.metrics))

    def state(self) -> State:
        """What the disk says; a diverged run is one to do again where `force=true`."""
        folder = self.folder
        if self.config.force:
            return State.TODO
        if folder.finished:
            return State.TODO if unscored(self.run) else State.FINISHED
        return State.DIVERGED if folder.status().get("state") == "diverged" else State.TODO

    def require_pictures(self) -> None:
        """Make sure that its pictures are there, before a process is started for it.

        Raises:
            UserError: one is missing; the message names the command that gets it.
        """
        self.run.require_pictures()


def distinct(runs: Iterable[PlannedRun]) -> list[PlannedRun]:
    """Each run once, in the order of first mention."""
    return list({run.key: run for run in reversed(list(runs))}.values())[::-1]


def by_name(runs: Sequence[PlannedRun]) -> dict[str, PlannedRun]:
    """Runs by their ids, with the protocol where one run is scored by several."""
    ids = [run.folder.id for run in runs]
    return {
        run.folder.id + (f" {run.config.protocol}" if ids.count(run.folder.id) > 1 else ""): run
        for run in runs
    }


def one_folder(runs: Sequence[PlannedRun]) -> Path:
    """The folder of all runs.

    Raises:
        UserError: the runs don't agree on it.
    """
    folders = {run.config.paths.runs for run in runs}
    if len(folders) != 1:
        several = ",".join(sorted(map(str, folders)))
        raise UserError(f"paths.runs={several}: a grid keeps its runs in one")
    return folders.pop()
