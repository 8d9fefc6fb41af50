"""How runs and grids can end, and how that is printed."""

import signal
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from shoal.errors import FAILED, counted
from shoal.runs.folder import RunFolder


class OutcomeKind(StrEnum):
    """How a run of a grid can end, in the order of the closing list."""

    FINISHED = "finished"
    REUSED = "reused"
    DIVERGED = "diverged"
    PRUNED = "pruned"
    FAILED = "failed"
    INTERRUPTED = "interrupted"
    NOT_STARTED = "not started"


@dataclass(frozen=True)
class Outcome:
    """How a run ended, and why."""

    kind: OutcomeKind
    why: str = ""

    @property
    def to_do(self) -> bool:
        """Whether the same command would try the run again."""
        return self.kind in (OutcomeKind.FAILED, OutcomeKind.INTERRUPTED, OutcomeKind.NOT_STARTED)


Outcomes = Iterator[tuple[str, Outcome]]  # with the name of each run, in the order of their ends


class GridFailed(Exception):
    """Runs of a grid failed; the others were made, and each failure has been printed.

    Args:
        count: the number of runs that failed.
    """

    exit_code = FAILED

    def __init__(self, count: int) -> None:
        failed = f"{counted(count, 'run')} failed"
        super().__init__(f"{failed}; the same command repeats what failed, and nothing else")


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


def diverged(folder: RunFolder) -> Outcome:
    """Return the outcome of a run that diverged, now or earlier."""
    step = folder.status().get("step")
    return Outcome(OutcomeKind.DIVERGED, f"at step {step}; force=true repeats it")


def listing(outcomes: Mapping[str, Outcome]) -> list[str]:
    """Return the closing lines of a grid: how many runs ended in each way, and why."""
    lines = []
    for kind in OutcomeKind:
        runs = {name: each.why for name, each in outcomes.items() if each.kind == kind}
        if runs:
            lines.append(f"{kind} {len(runs)}:")
            lines += [f"  {name}  {why}".rstrip() for name, why in runs.items()]
    return lines
