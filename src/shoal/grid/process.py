"""A run in a process of its own.

The process is a group of its own, so that Ctrl-C reaches the grid alone, which passes it on. On
Linux the kernel sends it SIGTERM when the grid's process dies, however that happens, and the run
saves and ends. Elsewhere it goes on to its end, and its lock makes the next grid wait for it.
"""

import argparse
import contextlib
import functools
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

from shoal.system.parent import die_with


class Stream:
    """Lines of a process, passed on to a stream of ours as they come.

    Args:
        source: a pipe.
        target: where the lines go.
        prefix: before each line that doesn't begin with it.
    """

    def __init__(self, source: IO[bytes], target: IO[str], prefix: str) -> None:
        self.source, self.target, self.prefix = source, target, prefix
        self.rest, self.last, self.at_end = b"", "", False
        os.set_blocking(source.fileno(), False)

    def fileno(self) -> int:
        """For `select`."""
        return self.source.fileno()

    def pump(self) -> bool:
        """Pass on what is there; False where there was nothing."""
        try:
            data = os.read(self.fileno(), 65536)
        except BlockingIOError:
            return False
        self.at_end = not data
        *lines, self.rest = (self.rest + data).split(b"\n")
        for line in lines:
            self._pass_on(line)
        return bool(data)

    def close(self) -> None:
        """Pass on the rest."""
        while self.pump():
            pass
        if self.rest:
            self._pass_on(self.rest)
        self.source.close()

    def _pass_on(self, line: bytes) -> None:
        text = line.decode(errors="replace")
        self.last = text.strip() or self.last
        before = "" if text.startswith(self.prefix) else self.prefix
        print(f"{before}{text}\n", end="", file=self.target, flush=True)


class Process:
    """A running process.

    Args:
        command: the program and its arguments.
        environment: added to ours.
        prefix: of its lines where other runs' lines come between; else it has the console.
        folder: to work in; ours if not given.
    """

    def __init__(
        self,
        command: Sequence[str],
        environment: Mapping[str, str],
        prefix: str,
        folder: Path | None = None,
    ) -> None:
        # A run that has a terminal to itself draws a bar there, which needs the terminal itself.
        keep_errors = bool(prefix) or not sys.stderr.isatty()
        self.begun = time.monotonic()
        self.popen = subprocess.Popen(
            command,
            cwd=folder,
            stdin=subprocess.DEVNULL,  # nobody answers a question in the middle of a grid
            stdout=subprocess.PIPE if prefix else None,
            stderr=subprocess.PIPE if keep_errors else None,
            env=os.environ | environment,
            process_group=0,
            preexec_fn=functools.partial(die_with, os.getpid()),
        )
        targets = ((self.popen.stdout, sys.stdout), (self.popen.stderr, sys.stderr))
        self.streams = [Stream(pipe, target, prefix) for pipe, target in targets if pipe]
        self.errors = self.streams[-1] if keep_errors else None

    @property
    def pid(self) -> int:
        """Of the process and of its group."""
        return self.popen.pid

    @property
    def seconds(self) -> float:
        """Since it was started."""
        return time.monotonic() - self.begun

    @property
    def last_words(self) -> str:
        """The last line of its errors; empty where they went straight to the terminal."""
        return self.errors.last if self.errors else ""

    def exit_code(self) -> int | None:
        """How it ended, -n for a death by signal n; None while it works."""
        code = self.popen.poll()
        if code is not None:
            for stream in self.streams:
                stream.close()
            self.streams = []
        if code is not None and code < 0:
            self.kill()  # workers that it left behind
        return code

    def stop(self) -> None:
        """Ask it to save and end."""
        self.popen.terminate()

    def kill(self) -> None:
        """End it and all that it has started."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)


def command(arguments: Sequence[str]) -> list[str]:
    """The command of a run: the entry script that the grid itself was started with.

    Args:
        arguments: of the run.
    """
    return [sys.executable, sys.argv[0], *_where_configs_are(), *arguments]


def _where_configs_are() -> list[str]:
    """The flags of our own command line that say where the config is composed from."""
    parser = argparse.ArgumentParser(add_help=False)
    for short, long in (
        ("-cp", "--config-path"),
        ("-cn", "--config-name"),
        ("-cd", "--config-dir"),
    ):
        parser.add_argument(short, long)
    flags = vars(parser.parse_known_args(sys.argv[1:])[0])
    return [f"--{name.replace('_', '-')}={value}" for name, value in flags.items() if value]
