"""A process that is started before its turn: it gets ready, waits, and is told when to begin.

Who starts it holds the other end of a pipe. A line in it, the number of the run, means that the
turn has come; its end without one, that it won't: the process isn't needed, or who started it is
dead. Until then it says nothing and writes nothing, so that its end needs no words.
"""

import io
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from shoal.system.signals import handled, listening
from shoal.system.variables import RUN_NUMBER, TURN


@contextmanager
def promised(waits: bool) -> Iterator[tuple[tuple[int, ...], IO[str]]]:
    """The pipe of a process that is started within, whose turn comes later, if it is to wait.

    Yields:
        What the process must inherit, and what to write to; nothing to inherit if it needn't wait.
    """
    if not waits:
        yield (), io.StringIO()
        return
    read, write = os.pipe()
    ours = os.fdopen(write, "w")  # open until the turn has come
    try:
        yield (read,), ours
    except OSError:
        ours.close()
        raise
    finally:
        os.close(read)


class Turn:
    """When a process may begin.

    Attributes:
        waited: seconds between being ready and the turn; 0 for a process that needn't wait.
    """

    waited = 0.0

    @contextmanager
    def awaited(self) -> Iterator[None]:
        """Get ready within; at the end the turn has come.

        What is raised within is raised then: its words belong to the turn as well.
        """
        try:
            yield
        finally:
            self._wait()

    def _wait(self) -> None:
        # Out of the environment, so that processes of this one don't wait for the same turn.
        if (pipe := os.environ.pop(TURN, None)) is None:
            return
        begun = time.monotonic()
        with handled(listening(signal.SIG_DFL)), os.fdopen(int(pipe)) as lines:
            number = lines.readline().strip()
        if not number:
            os._exit(0)
        os.environ[RUN_NUMBER] = number
        self.waited = time.monotonic() - begun
