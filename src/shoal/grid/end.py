"""What became of a run whose process has ended."""

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
        folder: of the run.
        pid: of the process.
        code: that it ended with; negative, the signal that killed it.
        seconds: from its turn on.
        last_line: of what it said on stderr, or empty.
    """

    folder: RunFolder
    pid: int
    code: int
    seconds: float
    last_line: str

    def outcome(self, *, stopped: bool) -> Outcome:
        """What became of the run; noted in its status where it couldn't do that itself.

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
        """The signal that ended it; above 128 the run has seen it and saved. 0 where none did."""
        number = -self.code if self.code < 0 else self.code - 128
        return number if number in set(signal.Signals) else 0

    def _reason(self) -> str:
        """Why it ended without a record."""
        if number := self._signal:
            reason = f"{'killed' if self.code < 0 else 'stopped'} by {signal.Signals(number).name}"
            return reason + (" (out of memory?)" if number == signal.SIGKILL else "")
        if self.code == 0:
            # It made the run of what it found, which has another folder.
            return "code or pictures have changed since the grid began: issue it again"
        status, said = self.folder.status(), self.last_line
        if status.get("state") == "failed" and status.get("pid") == self.pid:
            said = status.get("reason", "")
        else:
            for name in PROGRAMS:
                said = said.removeprefix(f"{name}: ")
        return said or f"exit code {self.code}, see its message above"

    def _note(self, state: str, why: str) -> None:
        """Say in the status what a run that was killed couldn't."""
        status = self.folder.status()
        if status.get("state") == "running" and status.get("pid") == self.pid:
            with contextlib.suppress(UserError, OSError), self.folder.locked():
                self.folder.set_status(state, reason=why, step=self.folder.step)
