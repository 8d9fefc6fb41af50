"""A run in a process of its own: started, read and stopped.

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

    def reap(self) -> bool:
        """Whether the process has ended.

        If so, all its lines have been passed on and its pipes are closed; workers that its death
        left behind are killed.
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
