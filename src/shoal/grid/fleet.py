"""The fleet: makes a grid's runs by an engine, here or on other machines."""

import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import Any

from shoal.errors import UserError
from shoal.grid.backends import SHARED, engine
from shoal.grid.jobs import Job, one_folder
from shoal.grid.outcome import End, Ending, GridStopped
from shoal.grid.process import command
from shoal.grid.remote import Errand, carried
from shoal.grid.runner import Ledger, say, share_of_cores


class Fleet(Ledger):
    """Sends jobs out; each runs in a process of its own, wherever the engine has put it.

    The first SIGINT or SIGTERM asks all runs to save and end, by a file that they look for: it
    reaches every machine that sees the folder of the runs. A second one doesn't wait for them.

    Args:
        jobs: of the grid.
        at_once: how many may work at a time, where the engine doesn't decide it.
        name: of the engine.
        options: of the engine.

    Raises:
        UserError: a picture that a run needs is missing, or the engine isn't installed.
    """

    def __init__(
        self, jobs: Sequence[Job], at_once: int, name: str, options: Mapping[str, Any]
    ) -> None:
        super().__init__(jobs, at_once)
        self.name, self.options, self.engine = name, options, engine(name)
        self.threads = share_of_cores(at_once) if name in SHARED else None
        grid = f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{os.getpid()}"
        # Among the runs' folders, since that is what all machines see.
        self.folder = one_folder(jobs).resolve() / ".jobs" / grid

    def do(self) -> None:
        """Send out what is to be done, and hear of each as it ends."""
        if not self.waiting:
            return
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UserError(f"{self.folder} can't be made: {error}") from None
        errands = [self._errand(name) for name in self.waiting]
        self.working, self.waiting = set(self.waiting), []
        for name, ending in self._outcomes(errands):
            self.working.discard(name)
            self.end(name, ending)
        self._tidy_up()

    def _tidy_up(self) -> None:
        """Keep what the engine has written where a run failed."""
        failed = any(ending.end == End.FAILED for ending in self.endings.values())
        if failed and any(path.name != "stop" for path in self.folder.iterdir()):
            say(f"logs of {self.name}: {self.folder}")
        else:
            shutil.rmtree(self.folder, ignore_errors=True)

    def _errand(self, name: str) -> Errand:
        job = self.jobs[name]
        number = f"{self.waiting.index(name) + 1}/{len(self.waiting)}"
        return Errand(
            name,
            command(job.arguments),
            Path.cwd(),
            job.folder.path.resolve(),
            carried() | self.environment(number),
            f"[{number}] ",
            self.folder / "stop",
        )

    def _outcomes(self, errands: Sequence[Errand]) -> Iterator[tuple[str, Ending]]:
        """What the engine tells; where it breaks down, what it never told of has failed."""
        try:
            for name, ending in self.engine(errands, self.at_once, self.folder, self.options):
                stopped = self.signals and ending.end == End.FAILED
                yield name, Ending(End.STOPPED, ending.why) if stopped else ending
        except (GridStopped, UserError):
            raise
        except Exception as error:
            why = f"{self.name} broke down ({type(error).__name__}: {error})".splitlines()[0]
            for name in sorted(self.working):
                yield name, Ending(End.FAILED, why)

    def hear(self, number: int, frame: FrameType | None) -> None:
        """Ask the runs to stop; the second time, don't wait for them."""
        super().hear(number, frame)
        if len(self.signals) > 1:
            raise GridStopped(number)
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "stop").touch()
        say("asking the runs to save and end")
