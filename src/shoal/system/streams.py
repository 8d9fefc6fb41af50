"""A command's console: it survives the loss of its reader, and shows each warning as a line."""

import errno
import io
import logging
import os
import sys
import warnings
from typing import Any, TextIO

# Errors of a pipe without a reader, and of a closed terminal.
NOBODY_READS = (errno.EPIPE, errno.EIO)


def open_console() -> None:
    """Set up this process's console; every command calls this first.

    The process goes on if its reader ends (`| head -1`, a closed terminal). Characters that can't
    be printed are escaped. Warnings of Python and of loggers become lines on stderr.
    """
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if not isinstance(stream, io.TextIOWrapper):
            continue  # it is closed, or another program has replaced it
        stream.reconfigure(errors="backslashreplace")  # a file name may have any characters
        if stream is getattr(sys, f"__{name}__"):
            setattr(sys, name, _lasting(stream))
    root = logging.getLogger()
    if not any(isinstance(handler, _Handler) for handler in root.handlers):
        root.addHandler(_handler())
    warnings.showwarning = _show


class Lasting(io.FileIO):
    """A file to write to, which discards everything once nobody reads it any more."""

    def write(self, data: Any, /) -> int:
        """Write data, as `io.FileIO` does."""
        try:
            return super().write(data)
        except OSError as error:
            if error.errno not in NOBODY_READS:
                raise
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, self.fileno())  # for all writers to this descriptor
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
    """Prints records to the current `sys.stderr`, which a bar or a log may have replaced."""

    def emit(self, record: logging.LogRecord) -> None:
        """Print one record."""
        try:
            print(self.format(record), file=sys.stderr, flush=True)
        except Exception:
            self.handleError(record)


class _Line(logging.Formatter):
    """Formats a record as one line, `warning: MESSAGE`; a traceback follows in lines of its own."""

    def formatMessage(self, record: logging.LogRecord) -> str:
        """Return the line."""
        return f"{record.levelname.lower()}: {' '.join(record.message.split())}"


def _handler() -> logging.Handler:
    handler = _Handler()
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
    """Log a Python warning, without the line of source that raised it."""
    logging.getLogger("py.warnings").warning("%s (%s:%d)", message, filename, lineno)
