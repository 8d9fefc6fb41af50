"""Passes on the lines that a process prints."""

import os
from typing import IO


class Stream:
    """Passes a process's lines on to a stream of this process as they come.

    Args:
        source: the pipe that the process writes to.
        target: the stream that gets the lines.
        prefix: put before each line that doesn't begin with it.

    Attributes:
        last: the last line that wasn't blank, or "".
        at_end: whether the process has closed the pipe.
    """

    def __init__(self, source: IO[bytes], target: IO[str], prefix: str) -> None:
        self.source, self.target, self.prefix = source, target, prefix
        self.rest, self.last, self.at_end = b"", "", False
        os.set_blocking(source.fileno(), False)

    def fileno(self) -> int:
        """Return the pipe's file descriptor, for `select`."""
        return self.source.fileno()

    def pump(self) -> bool:
        """Pass on the complete lines that are there; False if there was nothing to read."""
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
        """Pass on the rest, and close the pipe."""
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
