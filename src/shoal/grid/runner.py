"""The base of all runners of a grid: what is left to do, and how each run ended."""

import os
from abc import ABC, abstractmethod
from collections.abc import Sequence
from types import FrameType

from shoal.errors import counted
from shoal.grid import estimate
from shoal.grid.outcome import GridStopped, Outcome, OutcomeKind, diverged, listing
from shoal.grid.planned import PlannedRun, State, by_name, distinct
from shoal.system.signals import INSISTING, handled, listening
from shoal.system.variables import ARM, RUN_NUMBER, THREADS


class GridRunner(ABC):
    """Keeps a grid's runs and their outcomes; finished and diverged runs aren't made again.

    Args:
        runs: the grid's runs, in order; duplicates are made once.
        at_once: how many may work at a time.

    Raises:
        UserError: a picture that a run needs is missing.
    """

    def __init__(self, runs: Sequence[PlannedRun], at_once: int) -> None:
        self.runs, self.at_once = by_name(distinct(runs)), at_once
        self.threads: int | None = None  # of each run, if the grid decides it
        self.outcomes: dict[str, Outcome] = {}
        self.working: set[str] = set()
        self.signals: list[int] = []
        self.waiting = [name for name in self.runs if not self.is_done(name)]
        for name in self.waiting:
            self.runs[name].require_pictures()

    def is_done(self, name: str) -> bool:
        """Whether a run needs no work; if so, its outcome is noted."""
        state = self.runs[name].state()
        if state == State.FINISHED:
            self.outcomes[name] = Outcome(OutcomeKind.REUSED)
        elif state == State.DIVERGED:
            self.outcomes[name] = diverged(self.runs[name].folder)
        return name in self.outcomes

    def run(self) -> dict[str, Outcome]:
        """Make all runs.

        Returns:
            The outcome of each run, by its name.

        Raises:
            GridStopped: a signal asked for a stop.
        """
        say(self.overview())
        with handled(listening(self.on_signal)):
            self.work()
        for line in ["", *listing({name: self.outcomes[name] for name in self.runs})]:
            say(line)
        if self.signals:
            raise GridStopped(self.signals[0])
        return self.outcomes

    @abstractmethod
    def work(self) -> None:
        """Bring every run to an outcome."""

    def on_signal(self, number: int, frame: FrameType | None) -> None:
        """Note a signal."""
        if not self.signals or number in INSISTING:
            self.signals.append(number)

    def overview(self) -> str:
        """Say how many runs there are, how many are left, and how long they will take."""
        kinds = [outcome.kind for outcome in self.outcomes.values()]
        already = f"{kinds.count(OutcomeKind.REUSED)} finished already"
        facts = [counted(len(self.runs), "run"), already]
        if OutcomeKind.DIVERGED in kinds:
            facts.append(f"{kinds.count(OutcomeKind.DIVERGED)} diverged before")
        facts.append(f"{len(self.waiting)} to do")
        if self.waiting:
            unknown = "time unknown, since nothing like them has finished here yet"
            facts.append(self.time_left() or unknown)
        return ", ".join(facts)

    def time_left(self) -> str:
        """Say how long the remaining runs will take together; "" if nothing is known."""
        left = [self.runs[name] for name in (*self.working, *self.waiting)]
        return estimate.together(left, self.threads, self.at_once)

    def environment(self, run: PlannedRun, number: str) -> dict[str, str]:
        """Return the environment variables for a run's process."""
        threads = {THREADS: str(self.threads)} if self.threads else {}
        return {RUN_NUMBER: number, ARM: run.arm} | threads

    def end(self, name: str, outcome: Outcome) -> None:
        """Note and print the outcome of a run that has ended."""
        self.outcomes[name] = outcome
        called = titled(self.runs[name].title, name)
        say(f"{called} {outcome.kind.upper()}: {outcome.why} ({self.progress()})")

    def progress(self) -> str:
        """Say how far the grid is."""
        stopped = (OutcomeKind.INTERRUPTED, OutcomeKind.NOT_STARTED)
        done = [each for each in self.outcomes.values() if each.kind not in stopped]
        return f"{len(done)} of {len(self.runs)} done"


def share_of_cores(at_once: int) -> int | None:
    """Return the threads per run: the user's choice, or a share of the cores; None: PyTorch's."""
    if os.environ.get(THREADS, "").isdecimal():
        return int(os.environ[THREADS])
    if at_once == 1:
        return None
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return max(1, (cores or 1) // at_once)


def titled(title: str, name: str) -> str:
    """Name a run in a grid's output: its title, if it has one, and its id."""
    return f"{title}: {name}" if title else name


def say(line: str) -> None:
    """Print a line in a single write, since other processes may print there too."""
    print(f"{line}\n", end="", flush=True)
