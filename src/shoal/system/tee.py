"""The console, kept in a file as well."""

import contextlib
import re
import sys
from collections.abc import Iterator
from typing import Any, TextIO

CODES = re.compile(
    r"\x1b\[[0-9;?]*[A-Za-z]"
)  # colours and cursor moves, which a file has no use for


class Tee:
    """Writes to a stream and to a file; answers all else as the stream.

    Args:
        shown: what people see.
        log: what is kept. A library may hold on to the tee after the file has been closed.
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
    """Keep what this process writes to stdout and stderr in a file too."""
    out, err = Tee(sys.stdout, log), Tee(sys.stderr, log)
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        yield


def on_top() -> None:
    """Put the tees above what was put above them, such as a bar that lines go over.

    A bar is drawn on the stream itself, and its lines would reach no file.
    """
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if not isinstance(stream, Tee) and (log := getattr(stream, "log", None)):
            setattr(sys, name, Tee(stream, log))


def below(stream: TextIO) -> TextIO:
    """The stream below a tee: what is drawn there is kept nowhere."""
    return stream.shown if isinstance(stream, Tee) else stream
