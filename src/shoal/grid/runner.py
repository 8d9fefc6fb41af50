"""The ledger of a grid: its jobs, what is left to do, and how each ended, told as it goes."""

import os
from abc import ABC, abstractmethod
from collections.abc import Sequence
from types import FrameType

from shoal.grid import estimate
from shoal.grid.jobs import Job, State, distinct
from shoal.grid.outcome import End, Ending, GridStopped, diverged, listing, names
from shoal.system.signals import SIGNALS, handled

JOB = "SHOAL_JOB"  # which run of how many, for the run's progress bar
THREADS = "OMP_NUM_THREADS"


class Ledger(ABC):
    """Jobs and their endings; what is finished or has diverged is left alone.

    Args:
        jobs: of the grid, in order; a run that is named twice is made once.
        at_once: how many may work at a time.

    Raises:
        UserError: a picture that a run needs is missing.
    """

    def __init__(self, jobs: Sequence[Job], at_once: int) -> None:
        self.jobs, self.at_once = names(distinct(jobs)), at_once
        self.threads: int | None = None  # of each run, where the grid decides it
        self.endings: dict[str, Ending] = {}
        self.working: set[str] = set()
        self.signals: list[int] = []
        self.waiting = [name for name in self.jobs if not self.is_done(name)]
        for name in self.waiting:
            self.jobs[name].require_pictures()

    def is_done(self, name: str) -> bool:
        """Whether nothing is to be done for a job; if so, that is its ending."""
        state = self.jobs[name].state()
        if state == State.FINISHED:
            self.endings[name] = Ending(End.REUSED)
        elif state == State.DIVERGED:
            self.endings[name] = diverged(self.jobs[name].folder)
        return name in self.endings

    def work(self) -> dict[str, Ending]:
        """Do all jobs.

        Returns:
            How each ended, by its name.

        Raises:
            GridStopped: a signal asked for it.
        """
        say(self.overview())
        with handled(dict.fromkeys(SIGNALS, self.hear)):
            self.do()
        for line in ["", *listing({name: self.endings[name] for name in self.jobs})]:
            say(line)
        if self.signals:
            raise GridStopped(self.signals[0])
        return self.endings

    @abstractmethod
    def do(self) -> None:
        """Bring every job to an ending."""

    def hear(self, number: int, frame: FrameType | None) -> None:
        """A signal has come."""
        self.signals.append(number)

    def overview(self) -> str:
        """How many runs there are, how many are left, and how long they take."""
        ends = [ending.end for ending in self.endings.values()]
        facts = [f"{len(self.jobs)} runs", f"{ends.count(End.REUSED)} finished already"]
        if End.DIVERGED in ends:
            facts.append(f"{ends.count(End.DIVERGED)} diverged before")
        facts.append(f"{len(self.waiting)} to do")
        if self.waiting:
            unknown = "time unknown, since nothing like them has finished here yet"
            facts.append(self.time_left() or unknown)
        return ", ".join(facts)

    def time_left(self) -> str:
        """What the jobs that aren't done take together; "" where nothing is known."""
        jobs = [self.jobs[name] for name in (*self.working, *self.waiting)]
        return estimate.told(jobs, self.threads, self.at_once)

    def environment(self, number: str) -> dict[str, str]:
        """What a run's process is told."""
        return {JOB: number} | ({THREADS: str(self.threads)} if self.threads else {})

    def end(self, name: str, ending: Ending) -> None:
        """A job has ended."""
        self.endings[name] = ending
        say(f"{name} {ending.end.upper()}: {ending.why} ({self.progress()})")

    def progress(self) -> str:
        """How far the grid is."""
        return f"{len(self.endings)} of {len(self.jobs)} done"


def share_of_cores(at_once: int) -> int | None:
    """The threads of each run: what the user says, a share of the cores, None: as PyTorch likes."""
    if os.environ.get(THREADS, "").isdigit():
        return int(os.environ[THREADS])
    if at_once == 1:
        return None
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return max(1, (cores or 1) // at_once)


def say(line: str) -> None:
    """A line for whoever watches the grid, in one piece: many processes may write there."""
    print(f"{line}\n", end="", flush=True)
