"""A run as an errand: all that another process, or another machine, needs to make it."""

import os
import select
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from shoal.errors import USER_ERROR
from shoal.grid.jobs import worker
from shoal.grid.local import LOOK, note_death
from shoal.grid.outcome import End, Ending, of_process
from shoal.grid.process import Process
from shoal.grid.runner import say
from shoal.runs.folder import RunFolder

# Of the environment, what engines that inherit none of it must pass on.
CARRIED = ("SHOAL_", "WANDB_", "PYTHONPATH")
PATIENCE = 1.0  # seconds between looks at a run that another process works on


@dataclass(frozen=True)
class Errand:
    """One run, to be made anywhere that sees the same folders.

    Attributes:
        name: of the job.
        command: that makes it, from `place`.
        place: the working folder.
        folder: of the run, absolute.
        environment: of the run's process.
        prefix: of its lines.
        stop: a file that asks all errands of a grid to stop, once it is there.
    """

    name: str
    command: Sequence[str]
    place: Path
    folder: Path
    environment: dict[str, str] = field(hash=False)
    prefix: str
    stop: Path


def carry_out(errand: Errand) -> Ending:
    """Make a run in a process of its own, after waiting for whoever works on it.

    Nothing is raised for what the run does: engines treat an exception as the end of everything.
    """
    folder, told = RunFolder(errand.folder), False
    while not errand.stop.exists():
        if not folder.held:
            ending, in_vain = _make(errand, folder)
            if not in_vain:
                return ending
        elif not told:
            told = True
            say(f"{errand.prefix}{errand.name} waits: {worker(folder)} works on it")
        time.sleep(PATIENCE)
    return Ending(End.STOPPED, "not started")


def _make(errand: Errand, folder: RunFolder) -> tuple[Ending, bool]:
    """The run's ending, and whether another process was faster to take it."""
    say(f"{errand.prefix}{errand.name} starts")
    try:
        process = Process(errand.command, errand.environment, errand.prefix, errand.place)
    except OSError as error:
        return Ending(End.FAILED, f"can't be started: {error}"), False
    stopped = False
    try:
        stopped = _watch(process, errand)
    finally:  # also where the engine ends this function: the run saves
        process.stop()
        code = _end(process)
    ending = of_process(folder, process, code, stopped=stopped)
    note_death(folder, process, ending)
    return ending, code == USER_ERROR and folder.held


def _watch(process: Process, errand: Errand) -> bool:
    """Wait for a process to end, or for a reason to stop it; returns whether there was one."""
    parent = os.getppid()
    while process.exit_code() is None:
        _pass_on(process)
        if errand.stop.exists() or os.getppid() != parent:  # an orphan has nobody left to tell
            return True
    return False


def _end(process: Process) -> int:
    while (code := process.exit_code()) is None:
        _pass_on(process)
    return code


def _pass_on(process: Process) -> None:
    streams = [stream for stream in process.streams if not stream.at_end]
    for stream in select.select(streams, [], [], LOOK)[0]:
        stream.pump()


def carried() -> dict[str, str]:
    """What of our environment an errand takes along."""
    return {key: value for key, value in os.environ.items() if key.startswith(CARRIED)}
