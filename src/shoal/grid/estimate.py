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
    times = [
        seconds_left(each.run, threads, is_ready=hides_starts and place >= at_once)
        for place, each in enumerate(runs)
    ]
    known = [seconds for seconds in times if seconds is not None]
    unknown = len(times) - len(known)
    if not known:
        return ""
    # However many work at a time, none is done sooner than it takes by itself.
    time = f"about {span(max(sum(known) / min(at_once, len(known)), max(known)))}"
    others = "1 run" if unknown == 1 else f"{unknown} runs"
    return f"{time} and {others} of unknown length" if unknown else time
