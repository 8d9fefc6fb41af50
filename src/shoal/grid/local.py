"""The crew: makes a grid's runs on this machine, and lets none take another with it."""

import contextlib
import select
from collections.abc import Sequence

from shoal.errors import UserError
from shoal.grid.jobs import Job, worker
from shoal.grid.outcome import End, Ending, of_process
from shoal.grid.process import Process, command
from shoal.grid.runner import Ledger, say, share_of_cores
from shoal.runs.folder import RunFolder

LOOK = 0.1  # seconds between looks at the processes


class Crew(Ledger):
    """Makes jobs, each in a process of its own.

    The first SIGINT or SIGTERM is passed on to the runs as SIGTERM: they save and end. A second
    one kills them.

    Args:
        jobs: of the grid.
        at_once: how many may work at a time; they share the cores.

    Raises:
        UserError: a picture that a run needs is missing.
    """

    def __init__(self, jobs: Sequence[Job], at_once: int) -> None:
        super().__init__(jobs, at_once)
        self.threads = share_of_cores(at_once)
        self.processes: dict[str, Process] = {}
        self.obeyed = 0  # of the signals
        self.held: set[str] = set()  # that have been told to wait for another process

    def do(self) -> None:
        """Keep as many processes at work as there may be, until nothing is left."""
        while self.waiting or self.working:
            self.obey() if self.signals else self.start()
            self.look()

    def start(self) -> None:
        """Start what may be started; a run that another grid works on waits for that one."""
        for name in list(self.waiting):
            if len(self.working) == self.at_once:
                return
            if self.jobs[name].folder.held:
                self._wait_for_other(name)
                continue
            self.waiting.remove(name)
            if not self.is_done(name):
                self._start_one(name)

    def _wait_for_other(self, name: str) -> None:
        if name not in self.held:
            self.held.add(name)
            say(f"{name} waits: {worker(self.jobs[name].folder)} works on it")

    def _start_one(self, name: str) -> None:
        number = self.number(name)
        prefix = f"[{number}] " if self.at_once > 1 else ""
        line = command(self.jobs[name].arguments)
        try:
            self.processes[name] = Process(line, self.environment(number), prefix)
        except OSError as error:
            self.end(name, Ending(End.FAILED, f"can't be started: {error}"))
            return
        self.working.add(name)
        left = self.time_left()
        say(f"[{number}] {name} starts" + (f"; {left} left" if left else ""))

    def number(self, name: str) -> str:
        """Which job this is of how many, e.g. `2/6`."""
        return f"{len(self.jobs) - len(self.waiting)}/{len(self.jobs)}"

    def look(self) -> None:
        """Pass on what the processes say, and see which have ended."""
        streams = [s for each in self.processes.values() for s in each.streams if not s.at_end]
        for stream in select.select(streams, [], [], LOOK)[0]:
            stream.pump()
        for name, process in list(self.processes.items()):
            code = process.exit_code()
            if code is not None:
                del self.processes[name]
                self.working.remove(name)
                self.end(name, self.ending(name, process, code))

    def ending(self, name: str, process: Process, code: int) -> Ending:
        """How a job ended whose process has."""
        folder = self.jobs[name].folder
        ending = of_process(folder, process, code, stopped=bool(self.signals))
        note_death(folder, process, ending)
        return ending

    def obey(self) -> None:
        """Stop the runs at the first signal; kill them at the second."""
        for name in self.waiting:
            self.endings[name] = Ending(End.STOPPED, "not started")
        self.waiting = []
        for process in self.processes.values() if self.obeyed < len(self.signals) else ():
            process.stop() if self.obeyed == 0 else process.kill()
        self.obeyed = len(self.signals)


def note_death(folder: RunFolder, process: Process, ending: Ending) -> None:
    """Say in the status what a run that was killed couldn't."""
    status = folder.status()
    if status.get("state") == "running" and status.get("pid") == process.pid:
        with contextlib.suppress(UserError, OSError), folder.locked():
            folder.set_status("failed", reason=ending.why)
