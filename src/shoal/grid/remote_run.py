"""A run that another process, maybe on another machine, is to make: all that it needs for that."""

import os
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from shoal.grid.outcome import Outcome, OutcomeKind
from shoal.grid.process import RunProcess, pass_on, start
from shoal.grid.runner import say, titled
from shoal.runs.folder import RunFolder

PATIENCE = 1.0  # seconds between looks at a run that another process works on


@dataclass(frozen=True)
class RemoteRun:
    """One run, to be made anywhere that sees the same folders.

    Attributes:
        name: the run's name in its grid.
        command: the command that makes it.
        place: the working directory of the command.
        folder: the run's folder, absolute.
        environment: variables for the run's process.
        prefix: the beginning of its lines.
        stop: a file whose existence asks all runs of the grid to stop.
        title: the run's title in the grid's output, besides its name.
        one_gpu: whether it uses exactly one GPU if there is any.
    """

    name: str
    command: Sequence[str]
    place: Path
    folder: Path
    environment: dict[str, str] = field(hash=False)
    prefix: str
    stop: Path
    title: str = ""
    one_gpu: bool = False


def make(run: RemoteRun) -> Outcome:
    """Make a run in its own process, after waiting for any other process that works on it.

    A run that fails raises nothing here, since an exception would make backends give up the grid.
    """
    folder, said = RunFolder(run.folder), False
    while not run.stop.exists():
        if not folder.held:
            outcome = _make(run, folder)
            if outcome is not None:
                return outcome
        elif not said:
            said = True
            say(f"{run.prefix}{run.name} waits: {folder.holder} works on it")
        time.sleep(PATIENCE)
    return Outcome(OutcomeKind.NOT_STARTED)


def _make(run: RemoteRun, folder: RunFolder) -> Outcome | None:
    """Return the run's outcome; None if another process has taken the run first."""
    say(f"{run.prefix}{titled(run.title, run.name)} starts")
    process = start(folder, run.command, run.environment, run.prefix, run.place)
    if isinstance(process, Outcome):
        return process
    stopped = False
    try:
        stopped = _wait(process, run.stop)
    finally:  # also if the backend interrupts this function, so that the run saves
        process.stop()
        while not process.reap():
            pass_on([process])
        outcome = process.outcome(stopped=stopped)
    return None if process.was_late else outcome


def _wait(process: RunProcess, stop: Path) -> bool:
    """Wait for a process to end, or for a reason to stop it; returns whether there was one."""
    parent = os.getppid()
    while not process.reap():
        pass_on([process])
        if stop.exists() or os.getppid() != parent:  # nobody receives an orphan's outcome
            return True
    return False
