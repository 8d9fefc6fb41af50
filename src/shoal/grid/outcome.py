"""How jobs and grids ended, told to people."""

import signal
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from shoal.errors import FAILED
from shoal.grid.estimate import span
from shoal.grid.jobs import Job
from shoal.grid.process import Process
from shoal.runs.folder import RunFolder


class End(StrEnum):
    """How a job can end, in the order of the list."""

    FINISHED = "finished"
    REUSED = "reused"
    DIVERGED = "diverged"
    PRUNED = "pruned"
    FAILED = "failed"
    STOPPED = "stopped"


class GridFailed(Exception):
    """Runs of a grid failed; all others have been done, and each has been told.

    Args:
        count: of the runs that failed.
    """

    exit_code = FAILED

    def __init__(self, count: int) -> None:
        runs = "1 run" if count == 1 else f"{count} runs"
        super().__init__(
            f"{runs} failed; the same command does again what failed, and nothing else"
        )


class GridStopped(Exception):
    """The grid was asked to stop by a signal, and its runs have saved and ended.

    Args:
        signum: the signal.
    """

    advice = "; the same command goes on from here"

    def __init__(self, signum: int) -> None:
        super().__init__(f"stopped by {signal.Signals(signum).name}")
        self.signum = signum
        self.exit_code = 128 + signum


@dataclass(frozen=True)
class Ending:
    """How a job ended, and why."""

    end: End
    why: str = ""


def of_process(folder: RunFolder, process: Process, code: int, stopped: bool) -> Ending:
    """What became of a job whose process has ended.

    Args:
        folder: of the run.
        process: that made it.
        code: its exit code, -n for a death by signal n.
        stopped: whether the grid had asked it to stop.
    """
    status = folder.status()
    if code == 0 and folder.finished:
        return Ending(End.FINISHED, f"in {span(process.seconds)}")
    if code == 1 and status.get("state") == "diverged":
        return diverged(folder)
    own = status.get("state") == "failed" and status.get("pid") == process.pid
    told = status.get("reason") if own else process.last_words.removeprefix("train.py: ")
    if (number := -code if code < 0 else code - 128) in set(signal.Signals):
        # Above 128 the run has seen the signal and saved.
        reason = f"{'killed' if code < 0 else 'stopped'} by {signal.Signals(number).name}"
        reason += " (out of memory?)" if number == signal.SIGKILL else ""
    elif code == 0:
        reason = "ended without a record"
    else:
        reason = told or f"exit code {code}, see its message above"
    return Ending(End.STOPPED if stopped else End.FAILED, reason + _log(folder))


def _log(folder: RunFolder) -> str:
    log = folder.path / "log.txt"
    return f"; log: {log}" if log.is_file() else ""


def diverged(folder: RunFolder) -> Ending:
    """Of a run that diverged, now or when it was made."""
    step = folder.status().get("step")
    return Ending(End.DIVERGED, f"at step {step}; force=true repeats it")


def listing(endings: Mapping[str, Ending]) -> list[str]:
    """The lines that end a grid: how many ended how, and each run with its reason."""
    lines = []
    for end in End:
        runs = {name: ending.why for name, ending in endings.items() if ending.end == end}
        if runs:
            lines.append(f"{end} {len(runs)}:")
            lines += [f"  {name}  {why}".rstrip() for name, why in runs.items()]
    return lines


def names(jobs: Sequence[Job]) -> dict[str, Job]:
    """Jobs by their runs' ids, with the protocol where a run is scored by several."""
    ids = [job.folder.id for job in jobs]
    return {
        job.folder.id + (f" {job.config.protocol}" if ids.count(job.folder.id) > 1 else ""): job
        for job in jobs
    }
