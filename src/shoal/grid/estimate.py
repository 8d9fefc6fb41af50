"""How long the runs of a grid take together."""

from collections.abc import Iterable

from shoal.grid.planned import PlannedRun
from shoal.runs.duration import seconds_left, span


def together(
    runs: Iterable[PlannedRun], threads: int | None, at_once: int, *, hides_starts: bool = False
) -> str:
    """The time that runs will take together, and for how many it isn't known; "" if for all.

    Args:
        runs: yet to be made, in order.
        threads: of each.
        at_once: how many work at a time, and don't take turns on a device.
        hides_starts: whether all but the first get ready while others work.
    """
    times = _times(runs, threads, at_once if hides_starts else None)
    unknown = times.count(None)
    if (taken := _taken(times, at_once)) is None:
        return ""
    others = "1 run" if unknown == 1 else f"{unknown} runs"
    time = f"about {span(taken)}"
    return f"{time} and {others} of unknown length" if unknown else time


def seconds(runs: Iterable[PlannedRun], threads: int | None, at_once: int) -> float | None:
    """The same in seconds, of those of which it is known; None where it is of none."""
    return _taken(_times(runs, threads), at_once)


def _times(
    runs: Iterable[PlannedRun], threads: int | None, begin: int | None = None
) -> list[float | None]:
    """Of each run; where all but the first `begin` get ready while others work, without that."""
    return [
        seconds_left(each.run, threads, is_ready=begin is not None and place >= begin)
        for place, each in enumerate(runs)
    ]


def _taken(times: Iterable[float | None], at_once: int) -> float | None:
    known = [each for each in times if each is not None]
    # However many work at a time, none is done sooner than it takes by itself.
    return max(sum(known) / min(at_once, len(known)), max(known)) if known else None
