"""Finds out how a run ended once its process has exited."""

import contextlib
import signal
from dataclasses import dataclass

from shoal.errors import UserError
from shoal.grid.outcome import Outcome, OutcomeKind, diverged
from shoal.runs.duration import span
from shoal.runs.folder import RunFolder
from shoal.system.console import PROGRAMS
from shoal.system.signals import SIGNALS


@dataclass(frozen=True)
class End:
    """How a run's process ended.

    Attributes:
        folder: the run's folder.
        pid: the process's id.
        code: its exit code; if negative, the signal that killed it.
        seconds: from the run's turn to the end.
        last_line: the last line on its stderr; may be empty.
    """

    folder: RunFolder
    pid: int
    code: int
    seconds: float
    last_line: str

    def outcome(self, *, stopped: bool) -> Outcome:
        """Return the run's outcome, and note it in the status if the run couldn't do so itself.

        Args:
            stopped: whether the grid had asked it to stop.
        """
        if self.code == 0 and self.folder.finished:
            return Outcome(OutcomeKind.FINISHED, f"in {span(self.seconds)}")
        if self.code == 1 and self.folder.status().get("state") == "diverged":
            return diverged(self.folder)
        if stopped or self._signal in SIGNALS:
            why = f"at step {self.folder.step}, {self._reason()}"
            self._note("interrupted", why)
            return Outcome(OutcomeKind.INTERRUPTED, why)
        log = self.folder.path / "log.txt"
        why = self._reason() + (f"; log: {log}" if log.is_file() else "")
        self._note("failed", why)
        return Outcome(OutcomeKind.FAILED, why)

    @property
    def _signal(self) -> int:
        """The signal that ended the process, or 0; the run itself handled one given by 128 + n."""
        number = -self.code if self.code < 0 else self.code - 128
        return number if number in set(signal.Signals) else 0

    def _reason(self) -> str:
        """Say why the run ended without a record."""
        if number := self._signal:
            reason = f"{'killed' if self.code < 0 else 'stopped'} by {signal.Signals(number).name}"
            return reason + (" (out of memory?)" if number == signal.SIGKILL else "")
        if self.code == 0:
            # The process found other code or pictures and made the run that belongs to them.
            return "code or pictures have changed since the grid began: issue it again"
        status, said = self.folder.status(), self.last_line
        if status.get("state") == "failed" and status.get("pid") == self.pid:
            said = status.get("reason", "")
        else:
            for name in PROGRAMS:
                said = said.removeprefix(f"{name}: ")
        return said or f"exit code {self.code}, see its message above"

    def _note(self, state: str, why: str) -> None:
        """Set the status of a run whose process was killed before it could do so."""
        status = self.folder.status()
        if status.get("state") == "running" and status.get("pid") == self.pid:
            with contextlib.suppress(UserError, OSError), self.folder.locked():
                self.folder.set_status(state, reason=why, step=self.folder.step)
