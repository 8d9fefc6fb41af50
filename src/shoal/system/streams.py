"""The console of a command: it outlives whoever reads it, and each warning is a line on it."""

import contextlib
import errno
import io
import logging
import os
import sys
import warnings
from collections.abc import Iterator
from typing import Any, TextIO

# What a pipe says whose reader has gone, and a terminal that was closed.
NOBODY_READS = (errno.EPIPE, errno.EIO)


def open_console() -> None:
    """Make the console of this process what all commands expect; to be called first of all.

    Whatever a reader does (`| head -1`, a terminal that is closed), the process goes on. What can't
    be printed is escaped. Warnings, of Python and of loggers, are lines on stderr.
    """
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if not isinstance(stream, io.TextIOWrapper):
            continue  # closed, or put there by somebody else
        stream.reconfigure(errors="backslashreplace")  # a file name may hold what can't be printed
        if stream is getattr(sys, f"__{name}__"):
            setattr(sys, name, _lasting(stream))
    root = logging.getLogger()
    if not any(isinstance(handler, _Handler) for handler in root.handlers):
        root.addHandler(_on(None))
    warnings.showwarning = _show


class Lasting(io.FileIO):
    """A file descriptor to write to; once nobody reads it any more, it leads nowhere."""

    def write(self, data: Any, /) -> int:
        """Write as much as it takes."""
        try:
            return super().write(data)
        except OSError as error:
            if error.errno not in NOBODY_READS:
                raise
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, self.fileno())  # for all that write here, started processes included
        os.close(nowhere)
        return len(data)


def _lasting(stream: io.TextIOWrapper) -> io.TextIOWrapper:
    stream.flush()
    raw = Lasting(stream.fileno(), "w", closefd=False)
    return io.TextIOWrapper(
        io.BufferedWriter(raw),
        encoding=stream.encoding,
        errors=stream.errors,
        line_buffering=stream.line_buffering,
        write_through=stream.write_through,
    )


class _Handler(logging.Handler):
    """Prints records to a file, or to whatever `sys.stderr` is when one comes, such as a bar's."""

    def __init__(self, file: TextIO | None) -> None:
        super().__init__()
        self.file = file

    def emit(self, record: logging.LogRecord) -> None:
        """Print one record."""
        try:
            print(self.format(record), file=self.file or sys.stderr, flush=True)
        except Exception:
            self.handleError(record)


class _Line(logging.Formatter):
    """`warning: what it says`, in one line; only a traceback has lines of its own."""

    def formatMessage(self, record: logging.LogRecord) -> str:
        """The line."""
        return f"{record.levelname.lower()}: {' '.join(record.message.split())}"


def _on(file: TextIO | None) -> logging.Handler:
    handler = _Handler(file)
    handler.setFormatter(_Line())
    return handler


def _show(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    """A warning of Python's as a logger's: without the line of source that raised it."""
    logging.getLogger("py.warnings").warning("%s (%s:%d)", message, filename, lineno)


@contextlib.contextmanager
def warnings_in(file: TextIO) -> Iterator[None]:
    """What is warned of meanwhile is written to a file too."""
    handler = _on(file)
    logging.getLogger().addHandler(handler)
    try:
        yield
    finally:
        logging.getLogger().removeHandler(handler)
