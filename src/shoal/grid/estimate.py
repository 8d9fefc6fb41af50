"""How long the runs of a grid take together."""

from collections.abc import Iterable

from shoal.errors import counted
from shoal.grid.planned import PlannedRun
from shoal.runs.duration import seconds_left, span


def together(
    runs: Iterable[PlannedRun], threads: int | None, at_once: int, *, hides_starts: bool = False
) -> str:
    """Say how long runs will take together, and for how many it is unknown; "" if for all.

    Args:
        runs: the runs to make, in order.
        threads: of each run; None: as many as the measured runs had.
        at_once: how many work at a time without taking turns on a device.
        hides_starts: whether all but the first ones get ready while others work.
    """
    times = _times(runs, threads, at_once if hides_starts else None)
    unknown = times.count(None)
    if (taken := _taken(times, at_once)) is None:
        return ""
    time = f"about {span(taken)}"
    return f"{time} and {counted(unknown, 'run')} of unknown length" if unknown else time


def seconds(runs: Iterable[PlannedRun], threads: int | None, at_once: int) -> float | None:
    """Return the time in seconds of the runs whose time is known; None if it is for none."""
    return _taken(_times(runs, threads), at_once)


def _times(
    runs: Iterable[PlannedRun], threads: int | None, begin: int | None = None
) -> list[float | None]:
    """Return each run's time; all but the first `begin`, if given, get ready while others work."""
    return [
        seconds_left(each.run, threads, is_ready=begin is not None and place >= begin)
        for place, each in enumerate(runs)
    ]


def _taken(times: Iterable[float | None], at_once: int) -> float | None:
    known = [each for each in times if each is not None]
    # However many work at a time, the whole takes at least as long as the longest run.
    return max(sum(known) / min(at_once, len(known)), max(known)) if known else None
