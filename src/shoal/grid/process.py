"""A run in a process of its own: started, read, stopped, and what became of it.

The process is a group of its own, so that Ctrl-C reaches the grid alone, which passes it on. On
Linux the kernel sends it SIGTERM when the process that started it dies, however that happens, and
the run saves and ends. Elsewhere it goes on to its end, and its lock makes the next grid wait.
"""

import contextlib
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from shoal.errors import USER_ERROR, UserError
from shoal.grid.outcome import Outcome, OutcomeKind, diverged
from shoal.grid.stream import Stream
from shoal.runs.duration import span
from shoal.runs.folder import RunFolder
from shoal.system.console import PROGRAMS
from shoal.system.parent import dying_with_us
from shoal.system.signals import SIGNALS
from shoal.system.turn import promised
from shoal.system.variables import TURN

LOOK = 0.1  # seconds between looks at processes


class RunProcess:
    """The process of one run.

    Args:
        folder: of the run.
        command: the program and its arguments.
        environment: added to ours.
        prefix: of its lines where other runs' lines come between; else it has the console.
        place: the working folder; ours if not given.
        waits: start it before its turn: it gets ready and says nothing until `begin`.

    Raises:
        OSError: it can't be started.
    """

    def __init__(
        self,
        folder: RunFolder,
        command: Sequence[str],
        environment: Mapping[str, str],
        prefix: str,
        place: Path | None = None,
        *,
        waits: bool = False,
    ) -> None:
        # A run that has a terminal to itself draws a bar there, which needs the terminal itself.
        keep_errors = bool(prefix) or not sys.stderr.isatty()
        self.folder, self.begun = folder, time.monotonic()
        with promised(waits) as (told, self.turn):
            self.popen = subprocess.Popen(
                dying_with_us(command),
                cwd=place,
                stdin=subprocess.DEVNULL,  # nobody answers a question in the middle of a grid
                stdout=subprocess.PIPE if prefix else None,
                stderr=subprocess.PIPE if keep_errors else None,
                env=os.environ | environment | ({TURN: str(*told)} if told else {}),
                pass_fds=told,
                process_group=0,
            )
        targets = ((self.popen.stdout, sys.stdout), (self.popen.stderr, sys.stderr))
        self.streams = [Stream(pipe, target, prefix) for pipe, target in targets if pipe]
        self.errors = self.streams[-1] if keep_errors else None

    def begin(self, number: str, prefix: str) -> None:
        """Its turn has come: which run this is of how many, and the prefix of its lines."""
        self.begun = time.monotonic()
        for stream in self.streams:
            stream.prefix = prefix
        with contextlib.suppress(BrokenPipeError), self.turn as turn:  # its end tells of its death
            print(number, file=turn)

    def dismiss(self) -> None:
        """End it before its turn, without a word."""
        self.kill()
        self.popen.wait()
        self.turn.close()
        for stream in self.streams:
            stream.source.close()

    @property
    def ended(self) -> bool:
        """Whether the process has ended; if so, all its lines have been passed on."""
        code = self.popen.poll()
        if code is None:
            return False
        for stream in self.streams:
            stream.close()
        self.streams = []
        if code < 0:
            self.kill()  # workers that it left behind
        return True

    @property
    def has_begun(self) -> bool:
        """Whether it has taken the run's folder: its start is over."""
        status = self.folder.status()
        return status.get("state") == "running" and status.get("pid") == self.popen.pid

    @property
    def was_late(self) -> bool:
        """Whether it ended since another process had taken the run first."""
        return self.popen.returncode == USER_ERROR and self.folder.held

    def stop(self) -> None:
        """Ask it to save and end."""
        self.popen.terminate()

    def kill(self) -> None:
        """End it and all that it has started."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.popen.pid, signal.SIGKILL)

    def outcome(self, *, stopped: bool) -> Outcome:
        """What became of the run, now that the process has ended; noted where the run couldn't.

        Args:
            stopped: whether the grid had asked it to stop.
        """
        if self.popen.returncode == 0 and self.folder.finished:
            seconds = time.monotonic() - self.begun
            return Outcome(OutcomeKind.FINISHED, f"in {span(seconds)}")
        if self.popen.returncode == 1 and self.folder.status().get("state") == "diverged":
            return diverged(self.folder)
        if stopped or self._signal in SIGNALS:
            why = f"at step {self.folder.step}, {self._reason()}"
            self._note_death("interrupted", why)
            return Outcome(OutcomeKind.INTERRUPTED, why)
        log = self.folder.path / "log.txt"
        why = self._reason() + (f"; log: {log}" if log.is_file() else "")
        self._note_death("failed", why)
        return Outcome(OutcomeKind.FAILED, why)

    @property
    def _signal(self) -> int:
        """The signal that ended it; above 128 the run has seen it and saved. 0 where none did."""
        code = self.popen.returncode
        number = -code if code < 0 else code - 128
        return number if number in set(signal.Signals) else 0

    def _reason(self) -> str:
        """Why it ended without a record."""
        code, status = self.popen.returncode, self.folder.status()
        if number := self._signal:
            reason = f"{'killed' if code < 0 else 'stopped'} by {signal.Signals(number).name}"
            return reason + (" (out of memory?)" if number == signal.SIGKILL else "")
        if code == 0:
            # It made the run of what it found, which has another folder.
            return "code or pictures have changed since the grid began: issue it again"
        own = status.get("state") == "failed" and status.get("pid") == self.popen.pid
        last_line = self.errors.last if self.errors else ""
        for name in PROGRAMS:
            last_line = last_line.removeprefix(f"{name}: ")
        return (
            status.get("reason") if own else last_line
        ) or f"exit code {code}, see its message above"

    def _note_death(self, state: str, why: str) -> None:
        """Say in the status what a run that was killed couldn't."""
        status = self.folder.status()
        if status.get("state") == "running" and status.get("pid") == self.popen.pid:
            with contextlib.suppress(UserError, OSError), self.folder.locked():
                self.folder.set_status(state, reason=why, step=self.folder.step)


def start(
    folder: RunFolder,
    command: Sequence[str],
    environment: Mapping[str, str],
    prefix: str,
    place: Path | None = None,
    *,
    waits: bool = False,
) -> RunProcess | Outcome:
    """Start a run's process; where that can't be, that is the run's outcome. See `RunProcess`."""
    try:
        return RunProcess(folder, command, environment, prefix, place, waits=waits)
    except OSError as error:
        return Outcome(OutcomeKind.FAILED, f"can't be started: {error}")


def pass_on(processes: Iterable[RunProcess]) -> None:
    """Pass on what some processes say, waiting a moment for it."""
    streams = [each for process in processes for each in process.streams if not each.at_end]
    for stream in select.select(streams, [], [], LOOK)[0]:
        stream.pump()
