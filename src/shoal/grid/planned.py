"""The runs that a grid plans, and whether they are on disk already."""

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
    """The state of a planned run, as its folder shows it."""

    TODO = "to do"
    FINISHED = "finished"
    DIVERGED = "diverged"


@dataclass(frozen=True)
class PlannedRun:
    """One planned run.

    Attributes:
        overrides: the overrides that it is composed from.
        arguments: the arguments with which `train.py` makes it in its own process.
        tree: the composed config, resolved, without `hydra`.
        hydra: the `hydra` node of the config.
        run: the run of that config.
        title: its title in the grid's output, besides its id.
        arm: the label of its arm, if it belongs to an experiment.
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
        """The run's config."""
        return self.run.config

    @property
    def folder(self) -> RunFolder:
        """The run's folder, which may not exist yet."""
        return self.run.folder

    @property
    def selection(self) -> Selection:
        """The run's pictures."""
        return self.run.selection

    @property
    def key(self) -> tuple[str, ...]:
        """Planned runs with equal keys are the same run, scored in the same way."""
        tests = (pictures.scored for pictures in self.selection.test)
        return (str(self.folder.path), self.config.protocol, *tests, *sorted(self.config.metrics))

    def state(self) -> State:
        """Return the state on disk; with `force=true` every run is to do."""
        folder = self.folder
        if self.config.force:
            return State.TODO
        if folder.finished:
            return State.TODO if unscored(self.run) else State.FINISHED
        return State.DIVERGED if folder.status().get("state") == "diverged" else State.TODO

    def require_pictures(self) -> None:
        """Make sure that the run's pictures are there before a process is started for it.

        Raises:
            UserError: one is missing; the message names the command that gets it.
        """
        self.run.require_pictures()


def distinct(runs: Iterable[PlannedRun]) -> list[PlannedRun]:
    """Return each run once, in the order of their first occurrences."""
    return list({run.key: run for run in reversed(list(runs))}.values())[::-1]


def by_name(runs: Sequence[PlannedRun]) -> dict[str, PlannedRun]:
    """Return runs by name: the id, followed by the protocol if a run is scored by several."""
    ids = [run.folder.id for run in runs]
    return {
        run.folder.id + (f" {run.config.protocol}" if ids.count(run.folder.id) > 1 else ""): run
        for run in runs
    }


def one_folder(runs: Sequence[PlannedRun]) -> Path:
    """Return the folder of all runs.

    Raises:
        UserError: they have several.
    """
    folders = {run.config.paths.runs for run in runs}
    if len(folders) != 1:
        several = ",".join(sorted(map(str, folders)))
        raise UserError(f"paths.runs={several}: a grid keeps its runs in one folder")
    return folders.pop()
