"""Copies the console to a file."""

import contextlib
import re
import sys
from collections.abc import Iterator
from typing import Any, TextIO

CODES = re.compile(
    r"\x1b\[[0-9;?]*[A-Za-z]"
)  # colours and cursor moves, which a file has no use for


class Tee:
    """Writes to a stream and to a file; has all other attributes of the stream.

    Args:
        shown: the stream that people see.
        log: the file. It may be closed while a library still holds the tee.
    """

    def __init__(self, shown: TextIO, log: TextIO) -> None:
        self.shown, self.log = shown, log

    def write(self, text: str) -> int:
        """Write to both."""
        if not self.log.closed:
            self.log.write(CODES.sub("", text))
        return self.shown.write(text)

    def flush(self) -> None:
        """Flush both, so that a reader of the file is never behind one of the console."""
        if not self.log.closed:
            self.log.flush()
        self.shown.flush()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.shown, name)


@contextlib.contextmanager
def teed(log: TextIO) -> Iterator[None]:
    """Copy what this process writes to stdout and stderr to a file while the context lasts."""
    out, err = Tee(sys.stdout, log), Tee(sys.stderr, log)
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        yield


def on_top() -> None:
    """Put tees on top of a bar's own replacements of stdout and stderr.

    A bar draws on the stream below the tee, so lines printed through it would not reach the file.
    """
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if not isinstance(stream, Tee) and (log := getattr(stream, "log", None)):
            setattr(sys, name, Tee(stream, log))


def below(stream: TextIO) -> TextIO:
    """Return the stream below a tee; what is drawn there doesn't reach the file."""
    return stream.shown if isinstance(stream, Tee) else stream
