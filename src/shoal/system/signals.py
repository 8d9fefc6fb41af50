"""Stops a run when a signal asks for it: Ctrl-C, a scheduler's signal, a closed terminal."""

import contextlib
import signal
import threading
from collections.abc import Callable, Iterator, Mapping
from types import FrameType
from typing import Any

# SIGTERM: Slurm's preemption; SIGUSR1 and 2: what `sbatch --signal=USR1@90` sends before the end.
SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2)
# A second one of these means: don't wait. A closed terminal may send SIGHUP several times.
INSISTING = (signal.SIGTERM, signal.SIGINT)
Handler = Callable[[int, FrameType | None], None]


class Stopped(BaseException):
    """The run was asked to stop by a signal, and has stopped.

    Like KeyboardInterrupt, it is no `Exception`, so that code which recovers from errors doesn't
    catch it.

    Args:
        signum: the signal.
    """

    advice = "; the same command goes on from here"

    def __init__(self, signum: int) -> None:
        super().__init__(signum)  # pickling rebuilds an exception from these arguments alone
        self.signum = signum
        self.exit_code = 128 + signum

    def __str__(self) -> str:
        return f"stopped by {signal.Signals(self.signum).name}"


def install(handlers: Mapping[int, Any]) -> None:
    """Install signal handlers, if this is the main thread: Python allows it nowhere else."""
    if threading.current_thread() is threading.main_thread():
        for number, handler in handlers.items():
            signal.signal(number, handler)


@contextlib.contextmanager
def handled(handlers: Mapping[int, Any]) -> Iterator[None]:
    """Install signal handlers while the context lasts, if this is the main thread."""
    before: dict[int, Any] = {number: signal.getsignal(number) for number in handlers}
    install(handlers)
    try:
        yield
    finally:
        install(before)


def listening(handler: Handler | signal.Handlers) -> dict[int, Handler | signal.Handlers]:
    """Return a handler for each of `SIGNALS`, but not for SIGHUP if `nohup` has it ignored."""
    deaf = signal.getsignal(signal.SIGHUP) == signal.SIG_IGN
    return {number: handler for number in SIGNALS if not (deaf and number == signal.SIGHUP)}


def deaf_to_interrupts() -> contextlib.AbstractContextManager[None]:
    """Have processes that the context starts ignore Ctrl-C until they install handlers."""
    return handled({signal.SIGINT: signal.SIG_IGN})


class Stop:
    """A context that handles the signals of `SIGNALS`.

    A signal raises `Stopped` at once. Within `patient` it is only noted in `asked`, for a loop that
    stops where that is safe. A second SIGINT always raises.

    Args:
        patient: whether to only note signals from the start, as ranks do that must stop together.
    """

    def __init__(self, patient: bool = False) -> None:
        self.asked: int | None = None
        self._patient = patient
        self._before: dict[int, Any] = {}

    def __enter__(self) -> "Stop":
        handlers = listening(self._hear)
        self._before = {number: signal.getsignal(number) for number in handlers}
        install(handlers)
        return self

    def __exit__(self, *_: object) -> None:
        install(self._before)

    def _hear(self, number: int, frame: FrameType | None) -> None:
        if self.asked is not None and number not in INSISTING:
            return
        again = self.asked == signal.SIGINT and number == signal.SIGINT
        self.asked = number
        if again or not self._patient:
            raise Stopped(number)

    @contextlib.contextmanager
    def patient(self) -> Iterator[None]:
        """Only note signals while the context lasts; its end raises `Stopped` if one was noted."""
        before, self._patient = self._patient, True
        try:
            yield
        finally:
            self._patient = before
        if self.asked is not None:
            raise Stopped(self.asked)
