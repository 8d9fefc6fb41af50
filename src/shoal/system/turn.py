"""A process that is started before its turn: it gets ready, waits, and is told when to begin.

The process that starts it holds the other end of a pipe. A line through the pipe, the number of the
run, means that the turn has come. If the pipe closes without one, the turn will never come: the
process isn't needed, or the one that started it is dead. Until its turn, the process prints and
writes nothing, so that it can end silently.
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
    """Make the pipe for a process that the context starts and whose turn comes later.

    Args:
        waits: whether the process waits at all; if not, there is no pipe.

    Yields:
        The file descriptors that the process must inherit, if any, and the stream to write to.
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
        waited: seconds between being ready and the turn; 0 for a process that doesn't wait.
    """

    waited = 0.0

    @contextmanager
    def awaited(self) -> Iterator[None]:
        """Get ready within the context, whose end waits for the turn.

        An exception within it is raised only then, since its message must not come earlier.
        """
        try:
            yield
        finally:
            self._wait()

    def _wait(self) -> None:
        # Removed from the environment, so that children of this process don't wait as well.
        if (pipe := os.environ.pop(TURN, None)) is None:
            return
        begun = time.monotonic()
        with handled(listening(signal.SIG_DFL)), os.fdopen(int(pipe)) as lines:
            number = lines.readline().strip()
        if not number:
            os._exit(0)
        os.environ[RUN_NUMBER] = number
        self.waited = time.monotonic() - begun
