"""A run for another process, or another machine, to make: all that is needed there."""

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
        name: of the run in its grid.
        command: that makes it, from `place`.
        place: the working folder.
        folder: of the run, absolute.
        environment: of the run's process.
        prefix: of its lines.
        stop: a file that asks all runs of a grid to stop, once it is there.
        title: what it is called in its grid, beside its name.
        one_gpu: whether it takes one GPU where there are any.
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
    """Make a run in a process of its own, after waiting for whoever works on it.

    Nothing is raised for what the run does: backends take an exception for the end of everything.
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
    """The run's outcome; None where another process was faster to take it."""
    say(f"{run.prefix}{titled(run.title, run.name)} starts")
    process = start(folder, run.command, run.environment, run.prefix, run.place)
    if isinstance(process, Outcome):
        return process
    stopped = False
    try:
        stopped = _wait(process, run.stop)
    finally:  # also where the backend ends this function: the run saves
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
        if stop.exists() or os.getppid() != parent:  # an orphan's outcome would reach nobody
            return True
    return False
