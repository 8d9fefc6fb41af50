"""Processes of the runs that come next: up, with all that takes long at a start behind them."""

from shoal.grid.outcome import Outcome
from shoal.grid.process import RunProcess


class Heirs:
    """For each run at work, a process that waits to take its place and its GPU.

    Nothing is lost with one that dies or isn't needed: its run is then started as if it had never
    been there.
    """

    def __init__(self) -> None:
        self._processes: dict[str, RunProcess] = {}  # by the run that each will make
        self._gpus: dict[str, str] = {}
        self._after: dict[str, str] = {}  # the runs at work: whose place each takes

    def __contains__(self, name: str) -> bool:
        return name in self._processes

    def has(self, working: str) -> bool:
        """Whether a run at work has its heir."""
        return working in self._after.values()

    def fits(self, name: str, gpu: str | None) -> bool:
        """Whether a process waits that would make this run with this GPU."""
        return name in self._processes and self._gpus[name] == gpu

    def add(self, name: str, after: str, gpu: str, process: RunProcess | Outcome) -> None:
        """A process that waits for a run's turn; where it can't be started, the turn will tell."""
        if not isinstance(process, Outcome):
            self._processes[name], self._gpus[name], self._after[name] = process, gpu, after

    def take(self, name: str, gpu: str | None) -> RunProcess | None:
        """The process that has waited for this run's turn, if there is one and it can begin."""
        if self.fits(name, gpu) and self._processes[name].popen.poll() is None:
            return self._pop(name)
        self.dismiss(name)
        return None

    def dismiss(self, *names: str) -> None:
        """End what waits for the turn of these runs."""
        for name in names:
            if name in self:
                self._pop(name).dismiss()

    def _pop(self, name: str) -> RunProcess:
        del self._gpus[name], self._after[name]
        return self._processes.pop(name)
