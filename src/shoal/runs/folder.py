"""A run's folder: how far it has come, its status, its lock."""

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from shoal.errors import UserError, first_line
from shoal.runs.record import RunRecord
from shoal.runs.resumed import is_resumable, newest_step
from shoal.system.files import sweep
from shoal.system.lock import Held, hold, is_held

COUNTS = ("step", "resumed", "threads", "devices")  # of a status, where it has them


def now() -> str:
    """The time in UTC, ISO 8601, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


class RunFolder(RunRecord):
    """The folder of one run: its files, its record, its status and its lock.

    Args:
        path: `runs/<id>`; made by `create`, not here.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._changing = threading.RLock()  # the status, which two threads of a run write

    @property
    def step(self) -> int:
        """How far the run has come: the last step of its curve, or of its newest checkpoint."""
        rows = self.rows("curve.csv")
        try:
            return max(self.saved, int(rows[-1]["step"]) if rows else 0)
        except (LookupError, ValueError, TypeError) as error:
            words = f"{self.path / 'curve.csv'} is no curve ({first_line(error)})"
            raise UserError(f"{words}: train it anew, force=true") from None

    @property
    def saved(self) -> int:
        """From which step on the run would be trained now: that of its newest checkpoint."""
        return newest_step(self.checkpoints)

    @property
    def resumable(self) -> bool:
        """Whether there is something to go on from: a checkpoint, or a stage of a fit."""
        return is_resumable(self.checkpoints)

    def status(self) -> dict[str, Any]:
        """State, reason, step, ...; {} where none is.

        The state is running, finished, interrupted, failed or diverged. A process that is killed
        can't say so: see `state`.
        """
        try:
            status = self.read_json("status.json")
        except (OSError, ValueError):
            return {}
        counted = all(isinstance(status.get(name) or 0, int) for name in COUNTS)
        return status if counted and (status.get("threads") or 1) > 0 else {}

    def set_status(self, state: str, **facts: Any) -> None:
        """Change the status; facts not given stay as they were, but for the reason."""
        here = {"host": socket.gethostname(), "pid": os.getpid(), "updated": now()}
        with self._changing:
            status = {"step": 0, "resumed": 0, "threads": None} | self.status() | {"reason": None}
            self.write_json("status.json", status | here | {"state": state} | facts)

    def state(self) -> str:
        """What has become of the run, or `missing`: one that nobody works on isn't running."""
        if self.finished:
            return "finished"
        state = str(self.status().get("state", "missing"))
        return "interrupted" if state == "running" and not self.held else state

    def beat(self, step: int) -> None:
        """Say that the run is at work and how far; nothing, where its status says more by now."""
        with self._changing:
            if self.status().get("state") == "running":
                self.set_status("running", step=step)

    @property
    def adopted_from(self) -> str | None:
        """The findings that its rows were taken from: such a run has no weights and no config."""
        return self.status().get("adopted_from")

    @property
    def held(self) -> bool:
        """Whether a process works on the run now."""
        return is_held(self.lock)

    @property
    def holder(self) -> str:
        """Who works on a run that is held."""
        status = self.status()
        return f"process {status.get('pid', '?')} on {status.get('host', '?')}"

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the run, until this process ends at the latest.

        What another has left unfinished is deleted before anything is read: `heartbeat.confirm`
        says why.

        Raises:
            UserError: another process works on the run, or its folder can't be written.
        """
        with ExitStack() as stack:
            try:
                stack.enter_context(hold(self.lock))
                sweep(self.path)
            except Held:
                who = self.holder
                raise UserError(f"{self.id} is being trained by {who}: wait for it") from None
            except OSError as error:
                raise UserError(f"{self.path} can't be written: {error}") from None
            yield


class ReadOnlyRunFolder(RunFolder):
    """The folder of a run as all ranks but the first have it: what they write goes nowhere."""

    def write(self, name: str, content: bytes | str) -> None:
        """Nothing: the first rank writes the same."""
