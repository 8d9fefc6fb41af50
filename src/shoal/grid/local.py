"""Makes a grid's runs on this machine, each in a process so that a crash affects no other run."""

from collections.abc import Sequence

from shoal.grid import estimate
from shoal.grid.command import command
from shoal.grid.gpus import Gpus, sharing, shown
from shoal.grid.heirs import Heirs
from shoal.grid.outcome import Outcome, OutcomeKind
from shoal.grid.planned import PlannedRun
from shoal.grid.process import RunProcess, pass_on, start
from shoal.grid.runner import GridRunner, say, share_of_cores, titled
from shoal.runs.trainer import wants_one_gpu
from shoal.system.gpus import visible


class LocalRunner(GridRunner):
    """Makes each run in its own process.

    The first signal is passed on to the runs as SIGTERM, and they save and end. A second SIGINT or
    SIGTERM kills them.

    Args:
        runs: the grid's runs.
        at_once: how many may work at a time; they share the cores.

    Raises:
        UserError: a picture that a run needs is missing.
    """

    def __init__(self, runs: Sequence[PlannedRun], at_once: int) -> None:
        super().__init__(runs, at_once)
        self.threads = share_of_cores(at_once)
        self.processes: dict[str, RunProcess] = {}
        self.gpus, self.heirs = Gpus(visible()), Heirs()
        self.told_sharing = False
        self.signals_handled = 0
        self.held: set[str] = set()  # runs that were announced as waiting for another process

    def work(self) -> None:
        """Keep as many processes at work as allowed, until no run is left."""
        while self.waiting or self.working:
            self.stop_runs() if self.signals else self.start_runs()
            self.look()

    def start_runs(self) -> None:
        """Start as many runs as allowed; a run that another process works on has to wait."""
        ready = {name for name in self.waiting if self.heirs.fits(name, self._gpu(name))}
        for name in sorted(self.waiting, key=lambda name: name not in ready):
            if len(self.working) == self.at_once:
                break
            if self.runs[name].folder.held:
                self._wait_for_other(name)
                continue
            self.waiting.remove(name)
            if self.is_done(name):
                self.heirs.dismiss(name)
            else:
                self._start_one(name)
        self._start_heirs()

    def _wait_for_other(self, name: str) -> None:
        if name not in self.held:
            self.held.add(name)
            say(f"{name} waits: {self.runs[name].folder.holder} works on it")

    def _gpu(self, name: str) -> str | None:
        """Return the GPU that a run would get now; None if it takes none or several."""
        return self.gpus.next() if wants_one_gpu(self.runs[name].config.trainer) else None

    def _start_one(self, name: str) -> None:
        number, run, gpu = self.number(name), self.runs[name], self._gpu(name)
        heir = self.heirs.take(name, gpu)
        process = heir or self._process(name, number, gpu)
        if isinstance(process, Outcome):
            self.end(name, process)
            return
        self.processes[name] = process
        self.working.add(name)
        if self.gpus.give(name, gpu) and not self.told_sharing:
            self.told_sharing = True
            say(sharing(self.at_once, len(self.gpus.names)))
        left = self.time_left()
        starts = f"[{number}] {titled(run.title, name)} starts"
        say(starts + (f"; {left} left" if left else ""))
        if heir:  # only now, so that its lines come after that one
            heir.begin(number, self._prefix(number))

    def _process(
        self, name: str, number: str, gpu: str | None, *, waits: bool = False
    ) -> RunProcess | Outcome:
        run = self.runs[name]
        environment = {**self.environment(run, number), **shown(gpu)}
        prefix = self._prefix(number)
        return start(run.folder, command(run.arguments), environment, prefix, waits=waits)

    def _prefix(self, number: str) -> str:
        return f"[{number}] " if self.at_once > 1 else ""

    def _start_heirs(self) -> None:
        """Let the next run get ready for each run that has begun on a GPU.

        Not on the CPU, where getting ready would slow down the run at work.
        """
        for working in self.working:
            gpu = self.gpus.of(working)
            if gpu is None or self.heirs.has(working) or not self.processes[working].has_begun:
                continue
            for name in self.waiting:
                if name not in self.heirs and wants_one_gpu(self.runs[name].config.trainer):
                    number = self.number(name)  # preliminary: `begin` tells it the right one
                    process = self._process(name, number, gpu, waits=True)
                    self.heirs.add(name, working, gpu, process)
                    break

    def time_left(self) -> str:
        """Say what remaining runs take together; runs that share a GPU take turns on it."""
        left = [self.runs[name] for name in (*self.working, *self.waiting)]
        on_gpus = bool(self.gpus.names) and all(wants_one_gpu(run.config.trainer) for run in left)
        side_by_side = min(self.at_once, len(self.gpus.names)) if on_gpus else self.at_once
        return estimate.together(left, self.threads, side_by_side, hides_starts=on_gpus)

    def number(self, name: str) -> str:
        """Return which of the grid's runs this is, e.g. `2/6`."""
        return f"{len(self.runs) - len(self.waiting)}/{len(self.runs)}"

    def look(self) -> None:
        """Pass on the processes' output, and handle those that have ended."""
        pass_on(self.processes.values())
        for name, process in list(self.processes.items()):
            if not process.reap():
                continue
            del self.processes[name]
            self.working.remove(name)
            self.gpus.take_back(name)
            if process.was_late and not self.signals:
                self.waiting.append(name)
            else:
                self.end(name, process.outcome(stopped=bool(self.signals)))

    def stop_runs(self) -> None:
        """Stop the runs at the first signal; kill them at the second."""
        for name in self.waiting:
            self.outcomes[name] = Outcome(OutcomeKind.NOT_STARTED)
        self.heirs.dismiss(*self.waiting)
        self.waiting = []
        heard = len(self.signals)  # read once: a signal that arrives now is handled next time
        for process in self.processes.values() if self.signals_handled < heard else ():
            process.stop() if heard == 1 else process.kill()
        self.signals_handled = heard
