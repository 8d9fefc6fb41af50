"""A run in its own process: starting, reading and stopping it.

The process has its own process group, so that Ctrl-C reaches only the grid, which passes it on. On
Linux the kernel sends the process SIGTERM when its parent dies in any way, and the run saves and
ends. On other systems the run goes on to its end, and its lock makes the next grid wait.
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

from shoal.errors import USER_ERROR
from shoal.grid.end import End
from shoal.grid.outcome import Outcome, OutcomeKind
from shoal.grid.stream import Stream
from shoal.runs.folder import RunFolder
from shoal.system.parent import dying_with_us
from shoal.system.turn import promised
from shoal.system.variables import TURN

LOOK = 0.1  # seconds between looks at processes


class RunProcess:
    """The process of one run.

    Args:
        folder: the run's folder.
        command: the program and its arguments.
        environment: variables added to this process's environment.
        prefix: the beginning of its lines if several runs print; "" gives it the console.
        place: the working directory; None: this process's.
        waits: whether it is started before its turn: it gets ready and is silent until `begin`.

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
        # A run that has the terminal to itself draws a bar, for which stderr must be the terminal.
        keep_errors = bool(prefix) or not sys.stderr.isatty()
        self.folder, self.begun = folder, time.monotonic()
        with promised(waits) as (told, self.turn):
            self.popen = subprocess.Popen(
                dying_with_us(command),
                cwd=place,
                stdin=subprocess.DEVNULL,  # nobody would answer a question in the middle of a grid
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
        """Let a waiting process begin.

        Args:
            number: which of the grid's runs it is, e.g. `2/6`.
            prefix: the beginning of its lines.
        """
        self.begun = time.monotonic()
        for stream in self.streams:
            stream.prefix = prefix
        # If it is dead, the pipe is broken, and `reap` will notice.
        with contextlib.suppress(BrokenPipeError), self.turn as turn:
            print(number, file=turn)

    def dismiss(self) -> None:
        """Kill it before its turn, silently."""
        self.kill()
        self.popen.wait()
        self.turn.close()
        for stream in self.streams:
            stream.source.close()

    def reap(self) -> bool:
        """Check whether the process has ended.

        If so, pass on its last lines and close its pipes. If a signal killed it, also kill the
        workers that it left behind.
        """
        code = self.popen.poll()
        if code is None:
            return False
        for stream in self.streams:
            stream.close()
        self.streams = []
        if code < 0:
            self.kill()
        return True

    @property
    def has_begun(self) -> bool:
        """Whether it has taken over the run's folder, so that its start is done."""
        status = self.folder.status()
        return status.get("state") == "running" and status.get("pid") == self.popen.pid

    @property
    def was_late(self) -> bool:
        """Whether it ended because another process had taken the run first."""
        return self.popen.returncode == USER_ERROR and self.folder.held

    def stop(self) -> None:
        """Ask it to save and end, by SIGTERM."""
        self.popen.terminate()

    def kill(self) -> None:
        """Kill it and all processes that it has started."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.popen.pid, signal.SIGKILL)

    def outcome(self, *, stopped: bool) -> Outcome:
        """Return the outcome of the run, whose process has ended; see `End.outcome`.

        Args:
            stopped: whether the grid had asked it to stop.
        """
        seconds = time.monotonic() - self.begun
        last_line = self.errors.last if self.errors else ""
        end = End(self.folder, self.popen.pid, self.popen.returncode, seconds, last_line)
        return end.outcome(stopped=stopped)


def start(
    folder: RunFolder,
    command: Sequence[str],
    environment: Mapping[str, str],
    prefix: str,
    place: Path | None = None,
    *,
    waits: bool = False,
) -> RunProcess | Outcome:
    """Start a run's process; if it can't be started, return that as the run's outcome."""
    try:
        return RunProcess(folder, command, environment, prefix, place, waits=waits)
    except OSError as error:
        return Outcome(OutcomeKind.FAILED, f"can't be started: {error}")


def pass_on(processes: Iterable[RunProcess]) -> None:
    """Pass on the output of processes, after waiting a moment for some to come."""
    streams = [each for process in processes for each in process.streams if not each.at_end]
    for stream in select.select(streams, [], [], LOOK)[0]:
        stream.pump()
