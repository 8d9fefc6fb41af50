"""Makes a grid's runs with a backend such as submitit or Ray, here or on other machines."""

import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import Any

from shoal.errors import UserError, first_line
from shoal.grid.backends import SHARED, backend
from shoal.grid.command import carried, command
from shoal.grid.outcome import GridStopped, Outcome, OutcomeKind
from shoal.grid.planned import PlannedRun, one_folder
from shoal.grid.remote_run import RemoteRun
from shoal.grid.runner import GridRunner, say, share_of_cores
from shoal.runs.trainer import wants_one_gpu


class RemoteRunner(GridRunner):
    """Has a backend make the runs, each in its own process wherever the backend puts it.

    The first signal asks all runs to save and end, by a file that each of them checks for. It thus
    reaches every machine that sees the folder of the runs. At a second one, the grid ends without
    waiting for them.

    Args:
        runs: the grid's runs.
        at_once: how many may work at a time, unless the backend decides that.
        name: the backend's.
        options: of the backend.

    Raises:
        UserError: a picture that a run needs is missing, or the backend isn't installed.
    """

    def __init__(
        self, runs: Sequence[PlannedRun], at_once: int, name: str, options: Mapping[str, Any]
    ) -> None:
        super().__init__(runs, at_once)
        self.name, self.options, self.backend = name, options, backend(name)
        self.threads = share_of_cores(at_once) if name in SHARED else None
        grid = f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{os.getpid()}"
        # Beside the runs' folders, since all machines see that place.
        self.folder = one_folder(runs).resolve() / ".jobs" / grid

    def work(self) -> None:
        """Hand the runs to the backend, and report each outcome as it comes."""
        if not self.waiting:
            return
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UserError(f"{self.folder} can't be made: {error}") from None
        runs = [self._remote_run(name) for name in self.waiting]
        self.working, self.waiting = set(self.waiting), []
        for name, outcome in self._outcomes(runs):
            self.working.discard(name)
            self.end(name, outcome)
        self._tidy_up()

    def _tidy_up(self) -> None:
        """Delete the backend's files, unless a run failed."""
        failed = any(each.kind == OutcomeKind.FAILED for each in self.outcomes.values())
        if failed and any(path.name != "stop" for path in self.folder.iterdir()):
            say(f"logs of {self.name}: {self.folder}")
        else:
            shutil.rmtree(self.folder, ignore_errors=True)

    def _remote_run(self, name: str) -> RemoteRun:
        run = self.runs[name]
        number = f"{self.waiting.index(name) + 1}/{len(self.waiting)}"
        return RemoteRun(
            name,
            command(run.arguments),
            Path.cwd(),
            run.folder.path.resolve(),
            carried() | self.environment(run, number),
            f"[{number}] ",
            self.folder / "stop",
            run.title,
            wants_one_gpu(run.config.trainer),
        )

    def _outcomes(self, runs: Sequence[RemoteRun]) -> Iterator[tuple[str, Outcome]]:
        """Yield the backend's outcomes; if it raises, all runs without an outcome have failed."""
        try:
            for name, outcome in self.backend(runs, self.at_once, self.folder, self.options):
                stopped = self.signals and outcome.kind == OutcomeKind.FAILED
                yield name, Outcome(OutcomeKind.INTERRUPTED, outcome.why) if stopped else outcome
        except (GridStopped, UserError):
            raise
        except Exception as error:
            for name in sorted(self.working):
                yield name, Outcome(OutcomeKind.FAILED, f"{self.name} failed: {first_line(error)}")

    def on_signal(self, number: int, frame: FrameType | None) -> None:
        """Ask the runs to stop; the second time, end without waiting for them."""
        super().on_signal(number, frame)
        if len(self.signals) > 1:
            raise GridStopped(number)
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "stop").touch()
        say("asking the runs to save and end")
