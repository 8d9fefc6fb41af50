"""What every way to make a grid's runs shares: what is left to do, and how each run ended."""

import os
from abc import ABC, abstractmethod
from collections.abc import Sequence
from types import FrameType

from shoal.grid import estimate
from shoal.grid.outcome import GridStopped, Outcome, OutcomeKind, diverged, listing
from shoal.grid.planned import PlannedRun, State, by_name, distinct
from shoal.system.signals import INSISTING, handled, listening
from shoal.system.variables import ARM, RUN_NUMBER, THREADS


class GridRunner(ABC):
    """Runs and their outcomes; what is finished or has diverged is left alone.

    Args:
        runs: of the grid, in order; one that is named twice is made once.
        at_once: how many may work at a time.

    Raises:
        UserError: a picture that a run needs is missing.
    """

    def __init__(self, runs: Sequence[PlannedRun], at_once: int) -> None:
        self.runs, self.at_once = by_name(distinct(runs)), at_once
        self.threads: int | None = None  # of each run, where the grid decides it
        self.outcomes: dict[str, Outcome] = {}
        self.working: set[str] = set()
        self.signals: list[int] = []
        self.waiting = [name for name in self.runs if not self.is_done(name)]
        for name in self.waiting:
            self.runs[name].require_pictures()

    def is_done(self, name: str) -> bool:
        """Whether nothing is to be done for a run; if so, that is its outcome."""
        state = self.runs[name].state()
        if state == State.FINISHED:
            self.outcomes[name] = Outcome(OutcomeKind.REUSED)
        elif state == State.DIVERGED:
            self.outcomes[name] = diverged(self.runs[name].folder)
        return name in self.outcomes

    def run(self) -> dict[str, Outcome]:
        """Make all runs.

        Returns:
            How each ended, by its name.

        Raises:
            GridStopped: a signal asked for it.
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
        """A signal has come."""
        if not self.signals or number in INSISTING:
            self.signals.append(number)

    def overview(self) -> str:
        """How many runs there are, how many are left, and how long they take."""
        kinds = [outcome.kind for outcome in self.outcomes.values()]
        facts = [f"{len(self.runs)} runs", f"{kinds.count(OutcomeKind.REUSED)} finished already"]
        if OutcomeKind.DIVERGED in kinds:
            facts.append(f"{kinds.count(OutcomeKind.DIVERGED)} diverged before")
        facts.append(f"{len(self.waiting)} to do")
        if self.waiting:
            unknown = "time unknown, since nothing like them has finished here yet"
            facts.append(self.time_left() or unknown)
        return ", ".join(facts)

    def time_left(self) -> str:
        """What the runs that aren't done take together; "" where nothing is known."""
        left = [self.runs[name] for name in (*self.working, *self.waiting)]
        return estimate.together(left, self.threads, self.at_once)

    def environment(self, run: PlannedRun, number: str) -> dict[str, str]:
        """The environment variables that a run's process gets."""
        threads = {THREADS: str(self.threads)} if self.threads else {}
        return {RUN_NUMBER: number, ARM: run.arm} | threads

    def end(self, name: str, outcome: Outcome) -> None:
        """A run has ended."""
        self.outcomes[name] = outcome
        called = titled(self.runs[name].title, name)
        say(f"{called} {outcome.kind.upper()}: {outcome.why} ({self.progress()})")

    def progress(self) -> str:
        """How far the grid is."""
        stopped = (OutcomeKind.INTERRUPTED, OutcomeKind.NOT_STARTED)
        done = [each for each in self.outcomes.values() if each.kind not in stopped]
        return f"{len(done)} of {len(self.runs)} done"


def share_of_cores(at_once: int) -> int | None:
    """The threads of each run: what the user says, a share of the cores, None: as PyTorch likes."""
    if os.environ.get(THREADS, "").isdigit():
        return int(os.environ[THREADS])
    if at_once == 1:
        return None
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return max(1, (cores or 1) // at_once)


def titled(title: str, name: str) -> str:
    """A run in a grid's line: what it turns, if that is known, and its id."""
    return f"{title}: {name}" if title else name


def say(line: str) -> None:
    """A line for whoever watches the grid, in one piece: many processes may write there."""
    print(f"{line}\n", end="", flush=True)
