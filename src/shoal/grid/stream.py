"""The lines of a process, passed on as they come."""

import os
from typing import IO


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
