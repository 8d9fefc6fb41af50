"""Processes of the runs that come next, which do the slow parts of their start in advance."""

from shoal.grid.outcome import Outcome
from shoal.grid.process import RunProcess


class Heirs:
    """Keeps, for each run at work, a waiting process that will take over its place and its GPU.

    If such a process dies or isn't needed, nothing is lost: its run is started as usual.
    """

    def __init__(self) -> None:
        # All by the name of the run that the process will make.
        self._processes: dict[str, RunProcess] = {}
        self._gpus: dict[str, str] = {}
        self._after: dict[str, str] = {}  # the run at work whose place it takes

    def __contains__(self, name: str) -> bool:
        return name in self._processes

    def has(self, working: str) -> bool:
        """Whether a process waits to take the place of a run at work."""
        return working in self._after.values()

    def fits(self, name: str, gpu: str | None) -> bool:
        """Whether a process waits to make this run on this GPU."""
        return name in self._processes and self._gpus[name] == gpu

    def add(self, name: str, after: str, gpu: str, process: RunProcess | Outcome) -> None:
        """Add a process that waits for a run's turn; one that failed to start is ignored."""
        if not isinstance(process, Outcome):
            self._processes[name], self._gpus[name], self._after[name] = process, gpu, after

    def take(self, name: str, gpu: str | None) -> RunProcess | None:
        """Return the process that waits for this run's turn; None if there is none or it died."""
        if self.fits(name, gpu) and self._processes[name].popen.poll() is None:
            return self._pop(name)
        self.dismiss(name)
        return None

    def dismiss(self, *names: str) -> None:
        """End the processes that wait for the turn of these runs."""
        for name in names:
            if name in self:
                self._pop(name).dismiss()

    def _pop(self, name: str) -> RunProcess:
        del self._gpus[name], self._after[name]
        return self._processes.pop(name)
