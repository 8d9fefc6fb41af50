"""Stopping a run when a signal asks for it: SIGTERM (Slurm's preemption) and Ctrl-C."""

import contextlib
import signal
import threading
from collections.abc import Iterator
from types import FrameType
from typing import Any

SIGNALS = (signal.SIGTERM, signal.SIGINT)


class Stopped(BaseException):
    """The run was asked to stop by a signal, and has.

    As with KeyboardInterrupt, whatever catches `Exception` to go on must not catch this.

    Args:
        signum: the signal.
    """

    def __init__(self, signum: int) -> None:
        super().__init__(f"stopped by {signal.Signals(signum).name}")
        self.signum = signum


class Stop:
    """A context that listens to the signals of `SIGNALS`.

    A signal raises `Stopped` where the program stands; within `patient` it is only noted in
    `asked`, for a loop that stops where it is safe to. A second SIGINT never waits.
    """

    def __init__(self) -> None:
        self.asked: int | None = None
        self._patient = False
        self._before: dict[int, Any] = {}

    def __enter__(self) -> "Stop":
        self._before = {number: signal.getsignal(number) for number in SIGNALS}
        self.listen()
        return self

    def __exit__(self, *_: object) -> None:
        self._install(self._before)

    def listen(self) -> None:
        """Take the signals, again where somebody else has taken them since."""
        self._install(dict.fromkeys(SIGNALS, self._hear))

    def _install(self, handlers: dict[int, Any]) -> None:
        if threading.current_thread() is threading.main_thread():  # Python allows it nowhere else
            for number, handler in handlers.items():
                signal.signal(number, handler)

    def _hear(self, number: int, frame: FrameType | None) -> None:
        again = self.asked == signal.SIGINT and number == signal.SIGINT
        self.asked = number
        if again or not self._patient:
            raise Stopped(number)

    @contextlib.contextmanager
    def patient(self) -> Iterator[None]:
        """Only note signals; one that nobody obeyed within stops the program at the end.

        Lightning takes SIGTERM over when it starts, and ends with SystemExit(0) wherever its loops
        notice one: as a stop like any other, that becomes `Stopped`.
        """
        self._patient = True
        try:
            yield
        except SystemExit:
            if self.asked is None:
                raise
        finally:
            self._patient = False
        if self.asked is not None:
            raise Stopped(self.asked)
