"""A run's folder: its progress, status and lock."""

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

COUNTS = ("step", "resumed", "threads", "devices")  # entries of a status that are integers


def now() -> str:
    """Return the time in UTC, ISO 8601, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


class RunFolder(RunRecord):
    """The folder of one run: its files, its record, its status and its lock.

    Args:
        path: `runs/<id>`; `create` makes it.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._changing = threading.RLock()  # guards the status, which two threads of a run change

    @property
    def step(self) -> int:
        """The last step of the run's curve or of its newest checkpoint, whichever is later."""
        rows = self.rows("curve.csv")
        try:
            return max(self.saved, int(rows[-1]["step"]) if rows else 0)
        except (LookupError, ValueError, TypeError) as error:
            words = f"{self.path / 'curve.csv'} is no curve ({first_line(error)})"
            raise UserError(f"{words}: train it anew, force=true") from None

    @property
    def saved(self) -> int:
        """The step of the newest checkpoint, from which the run would resume; 0 without one."""
        return newest_step(self.checkpoints)

    @property
    def resumable(self) -> bool:
        """Whether the run can resume from a checkpoint or from a stage of a fit."""
        return is_resumable(self.checkpoints)

    def status(self) -> dict[str, Any]:
        """Read the status: state, reason, step, ...; {} if there is none or it is damaged.

        The state is running, finished, interrupted, failed or diverged. A killed process leaves
        `running` behind: see `state`.
        """
        try:
            status = self.read_json("status.json")
        except (OSError, ValueError):
            return {}
        counted = all(isinstance(status.get(name) or 0, int) for name in COUNTS)
        return status if counted and (status.get("threads") or 1) > 0 else {}

    def set_status(self, state: str, **facts: Any) -> None:
        """Change the status; facts that aren't given keep their values, except the reason."""
        here = {"host": socket.gethostname(), "pid": os.getpid(), "updated": now()}
        with self._changing:
            status = {"step": 0, "resumed": 0, "threads": None} | self.status() | {"reason": None}
            self.write_json("status.json", status | here | {"state": state} | facts)

    def state(self) -> str:
        """Return the run's state, or `missing`; a running one without a process is interrupted."""
        if self.finished:
            return "finished"
        state = str(self.status().get("state", "missing"))
        return "interrupted" if state == "running" and not self.held else state

    def beat(self, step: int) -> None:
        """Update the step of a run at work; nothing changes once its status is another one."""
        with self._changing:
            if self.status().get("state") == "running":
                self.set_status("running", step=step)

    @property
    def adopted_from(self) -> str | None:
        """The findings that an adopted run came from; such a run has no weights and no config."""
        return self.status().get("adopted_from")

    @property
    def held(self) -> bool:
        """Whether a process is working on the run."""
        return is_held(self.lock)

    @property
    def holder(self) -> str:
        """The process that works on a held run, and its host."""
        status = self.status()
        return f"process {status.get('pid', '?')} on {status.get('host', '?')}"

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Lock the run while the context lasts.

        Unfinished files of an earlier process are deleted first; `heartbeat.confirm` relies on it.

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
    """A run's folder for all ranks but the first, which alone writes."""

    def write(self, name: str, content: bytes | str) -> None:
        """Do nothing: the first rank writes the same file."""
