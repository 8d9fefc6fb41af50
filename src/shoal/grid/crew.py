"""The crew: makes a grid's runs, some at a time, and lets none take another with it."""

import contextlib
import os
import select
import signal
import threading
from collections.abc import Iterator, Sequence
from types import FrameType

from shoal.errors import UserError
from shoal.grid import estimate
from shoal.grid.ending import End, Ending, GridStopped, diverged, listing, names, of_process
from shoal.grid.jobs import Job, State, distinct, is_held
from shoal.grid.process import Process

JOB = "SHOAL_JOB"  # which run of how many, for the run's progress bar
THREADS = "OMP_NUM_THREADS"
SIGNALS = (signal.SIGINT, signal.SIGTERM)
LOOK = 0.1  # seconds between looks at the processes


class Crew:
    """Makes jobs, each in a process of its own; what is finished or has diverged is left alone.

    The first SIGINT or SIGTERM is passed on to the runs as SIGTERM: they save and end. A second
    one kills them.

    Args:
        jobs: of the grid, in order; a run that is named twice is made once.
        at_once: how many may work at a time; they share the cores.

    Raises:
        UserError: a picture that a run needs is missing.
    """

    def __init__(self, jobs: Sequence[Job], at_once: int) -> None:
        self.jobs, self.at_once = names(distinct(jobs)), at_once
        self.threads = _threads(at_once)
        self.endings: dict[str, Ending] = {}
        self.working: dict[str, Process] = {}
        self.signals: list[int] = []
        self.obeyed = 0  # of the signals
        self.held: set[str] = set()  # that have been told to wait for another process
        self.waiting = [name for name in self.jobs if not self._is_done(name)]
        for name in self.waiting:
            self.jobs[name].require_pictures()

    def _is_done(self, name: str) -> bool:
        """Whether nothing is to be done for a job; if so, that is its ending."""
        state = self.jobs[name].state()
        if state == State.FINISHED:
            self.endings[name] = Ending(End.REUSED)
        elif state == State.DIVERGED:
            self.endings[name] = diverged(self.jobs[name])
        return name in self.endings

    def work(self) -> dict[str, Ending]:
        """Do all jobs.

        Returns:
            How each ended, by its name.

        Raises:
            GridStopped: a signal asked for it.
        """
        _say(self._overview())
        with self._listening_to_signals():
            while self.waiting or self.working:
                self._obey() if self.signals else self._start()
                self._look()
        for line in ["", *listing({name: self.endings[name] for name in self.jobs})]:
            _say(line)
        if self.signals:
            raise GridStopped(self.signals[0])
        return self.endings

    def _overview(self) -> str:
        ends = [ending.end for ending in self.endings.values()]
        facts = [f"{len(self.jobs)} runs", f"{ends.count(End.REUSED)} finished already"]
        if End.DIVERGED in ends:
            facts.append(f"{ends.count(End.DIVERGED)} diverged before")
        facts.append(f"{len(self.waiting)} to do")
        if self.waiting:
            unknown = "time unknown, since nothing like them has finished here yet"
            facts.append(self._time_left() or unknown)
        return ", ".join(facts)

    def _time_left(self) -> str:
        jobs = [self.jobs[name] for name in (*self.working, *self.waiting)]
        return estimate.told(jobs, self.threads, self.at_once)

    def _start(self) -> None:
        """Start what may be started; a run that another grid works on waits for that one."""
        for name in list(self.waiting):
            if len(self.working) == self.at_once:
                return
            if is_held(self.jobs[name].folder):
                self._wait_for_other(name)
                continue
            self.waiting.remove(name)
            if not self._is_done(name):
                self._start_one(name)

    def _wait_for_other(self, name: str) -> None:
        if name not in self.held:
            self.held.add(name)
            status = self.jobs[name].folder.status()
            who = f"process {status.get('pid', '?')} on {status.get('host', '?')}"
            _say(f"{name} waits: {who} works on it")

    def _start_one(self, name: str) -> None:
        number = f"{len(self.jobs) - len(self.waiting)}/{len(self.jobs)}"
        environment = {JOB: number} | ({THREADS: str(self.threads)} if self.threads else {})
        prefix = f"[{number}] " if self.at_once > 1 else ""
        try:
            process = Process(self.jobs[name].arguments, environment, prefix)
        except OSError as error:
            self._end(name, Ending(End.FAILED, f"can't be started: {error}"))
            return
        self.working[name] = process
        left = self._time_left()
        _say(f"[{number}] {name} starts" + (f"; {left} left" if left else ""))

    def _look(self) -> None:
        """Pass on what the processes say, and see which have ended."""
        streams = [s for process in self.working.values() for s in process.streams if not s.at_end]
        for stream in select.select(streams, [], [], LOOK)[0]:
            stream.pump()
        for name, process in list(self.working.items()):
            code = process.exit_code()
            if code is not None:
                del self.working[name]
                ending = of_process(self.jobs[name], process, code, stopped=bool(self.signals))
                _note_death(self.jobs[name], process, ending)
                self._end(name, ending)

    def _end(self, name: str, ending: Ending) -> None:
        self.endings[name] = ending
        done = f"{len(self.endings)} of {len(self.jobs)} done"
        _say(f"{name} {ending.end.upper()}: {ending.why} ({done})")

    def _obey(self) -> None:
        """Stop the runs at the first signal; kill them at the second."""
        for name in self.waiting:
            self.endings[name] = Ending(End.STOPPED, "not started")
        self.waiting = []
        for process in self.working.values() if self.obeyed < len(self.signals) else ():
            process.stop() if self.obeyed == 0 else process.kill()
        self.obeyed = len(self.signals)

    @contextlib.contextmanager
    def _listening_to_signals(self) -> Iterator[None]:
        def note(number: int, frame: FrameType | None) -> None:
            self.signals.append(number)

        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {number: signal.signal(number, note) for number in SIGNALS}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def _threads(at_once: int) -> int | None:
    """The threads of each run: what the user says, a share of the cores, None: as PyTorch likes."""
    if os.environ.get(THREADS, "").isdigit():
        return int(os.environ[THREADS])
    if at_once == 1:
        return None
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return max(1, (cores or 1) // at_once)


def _note_death(job: Job, process: Process, ending: Ending) -> None:
    """Say in the status what a run that was killed couldn't."""
    status = job.folder.status()
    if status.get("state") == "running" and status.get("pid") == process.pid:
        with contextlib.suppress(UserError), job.folder.locked():
            job.folder.set_status("failed", reason=ending.why)


def _say(line: str) -> None:
    print(line, flush=True)
