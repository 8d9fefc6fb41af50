"""Stopping a run when a signal asks for it: Ctrl-C, a scheduler's, a terminal that is closed."""

import contextlib
import signal
import threading
from collections.abc import Callable, Iterator, Mapping
from types import FrameType
from typing import Any

# SIGTERM: Slurm's preemption; SIGUSR1 and 2: what `sbatch --signal=USR1@90` sends before the end.
SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2)
# Of which a second one means: don't wait. A terminal that is closed may send SIGHUP several times.
INSISTING = (signal.SIGTERM, signal.SIGINT)
Handler = Callable[[int, FrameType | None], None]


class Stopped(BaseException):
    """The run was asked to stop by a signal, and has.

    As with KeyboardInterrupt, whatever catches `Exception` to go on must not catch this.

    Args:
        signum: the signal.
    """

    advice = "; the same command goes on from here"

    def __init__(self, signum: int) -> None:
        super().__init__(signum)  # from which alone another process can make it again
        self.signum = signum
        self.exit_code = 128 + signum

    def __str__(self) -> str:
        return f"stopped by {signal.Signals(self.signum).name}"


def install(handlers: Mapping[int, Any]) -> None:
    """Let handlers have signals, where Python allows it: in the main thread."""
    if threading.current_thread() is threading.main_thread():
        for number, handler in handlers.items():
            signal.signal(number, handler)


@contextlib.contextmanager
def handled(handlers: Mapping[int, Any]) -> Iterator[None]:
    """Let handlers have signals for as long as this lasts, where Python allows it."""
    before: dict[int, Any] = {number: signal.getsignal(number) for number in handlers}
    install(handlers)
    try:
        yield
    finally:
        install(before)


def listening(handler: Handler | signal.Handlers) -> dict[int, Handler | signal.Handlers]:
    """A handler for each of `SIGNALS`, but for SIGHUP where `nohup` has asked to ignore it."""
    deaf = signal.getsignal(signal.SIGHUP) == signal.SIG_IGN
    return {number: handler for number in SIGNALS if not (deaf and number == signal.SIGHUP)}


def deaf_to_interrupts() -> contextlib.AbstractContextManager[None]:
    """Processes started within ignore Ctrl-C, which reaches them too, until they listen."""
    return handled({signal.SIGINT: signal.SIG_IGN})


class Stop:
    """A context that listens to the signals of `SIGNALS`.

    It raises `Stopped` where the program stands; within `patient` it is only noted in
    `asked`, for a loop that stops where it is safe to. A second SIGINT never waits.

    Args:
        patient: only note signals from the start, as one of many ranks does that stop together.
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
        """Only note signals; one that nobody obeyed within stops the program at the end."""
        before, self._patient = self._patient, True
        try:
            yield
        finally:
            self._patient = before
        if self.asked is not None:
            raise Stopped(self.asked)
