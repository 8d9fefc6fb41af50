"""Makes a grid's runs on this machine, so that none takes another with it when it dies."""

from collections.abc import Sequence

from shoal.grid.command import command
from shoal.grid.outcome import Outcome, OutcomeKind
from shoal.grid.planned import PlannedRun
from shoal.grid.process import RunProcess, pass_on, start
from shoal.grid.runner import GridRunner, say, share_of_cores, titled


class LocalRunner(GridRunner):
    """Makes each run in a process of its own.

    The first signal is passed on to the runs as SIGTERM: they save and end. A second SIGINT or
    SIGTERM kills them.

    Args:
        runs: of the grid.
        at_once: how many may work at a time; they share the cores.

    Raises:
        UserError: a picture that a run needs is missing.
    """

    def __init__(self, runs: Sequence[PlannedRun], at_once: int) -> None:
        super().__init__(runs, at_once)
        self.threads = share_of_cores(at_once)
        self.processes: dict[str, RunProcess] = {}
        self.signals_handled = 0
        self.held: set[str] = set()  # runs of which it was said that another process works on them

    def work(self) -> None:
        """Keep as many processes at work as there may be, until nothing is left."""
        while self.waiting or self.working:
            self.stop_runs() if self.signals else self.start_runs()
            self.look()

    def start_runs(self) -> None:
        """Start what may be started; a run that another grid works on waits for that one."""
        for name in list(self.waiting):
            if len(self.working) == self.at_once:
                return
            if self.runs[name].folder.held:
                self._wait_for_other(name)
                continue
            self.waiting.remove(name)
            if not self.is_done(name):
                self._start_one(name)

    def _wait_for_other(self, name: str) -> None:
        if name not in self.held:
            self.held.add(name)
            say(f"{name} waits: {self.runs[name].folder.holder} works on it")

    def _start_one(self, name: str) -> None:
        number, run = self.number(name), self.runs[name]
        prefix = f"[{number}] " if self.at_once > 1 else ""
        process = start(run.folder, command(run.arguments), self.environment(run, number), prefix)
        if isinstance(process, Outcome):
            self.end(name, process)
            return
        self.processes[name] = process
        self.working.add(name)
        left = self.time_left()
        starts = f"[{number}] {titled(run.title, name)} starts"
        say(starts + (f"; {left} left" if left else ""))

    def number(self, name: str) -> str:
        """Which run this is of how many, e.g. `2/6`."""
        return f"{len(self.runs) - len(self.waiting)}/{len(self.runs)}"

    def look(self) -> None:
        """Pass on what the processes say, and see which have ended."""
        pass_on(self.processes.values())
        for name, process in list(self.processes.items()):
            if not process.ended:
                continue
            del self.processes[name]
            self.working.remove(name)
            if process.was_late and not self.signals:
                self.waiting.append(name)
            else:
                self.end(name, process.outcome(stopped=bool(self.signals)))

    def stop_runs(self) -> None:
        """Stop the runs at the first signal; kill them at the second."""
        for name in self.waiting:
            self.outcomes[name] = Outcome(OutcomeKind.NOT_STARTED)
        self.waiting = []
        for process in self.processes.values() if self.signals_handled < len(self.signals) else ():
            process.stop() if len(self.signals) == 1 else process.kill()
        self.signals_handled = len(self.signals)
