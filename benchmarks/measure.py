"""The rows of the table, and timing of several actions side by side."""

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Row:
    """One line of the table.

    Attributes:
        what: what is measured.
        over: the denominator of the ratio; the unit, if the row is no ratio.
        target: a bound with its direction, e.g. `<= 0.5`; empty if there is no target.
        reached: the number; None if it couldn't be measured.
        parts: the numbers behind it, with their units; or `why` there is no number.
    """

    what: str
    over: str
    target: str
    reached: float | None
    parts: dict[str, Any] = field(default_factory=dict)

    @property
    def met(self) -> bool | None:
        """Whether the target is reached; None if there is no target or no number."""
        if not self.target or self.reached is None:
            return None
        sign, bound = self.target.split()
        return self.reached <= float(bound) if sign == "<=" else self.reached >= float(bound)


def seconds(action: Callable[[], Any], times: int = 1) -> float:
    """Seconds that an action takes, as the mean of `times` calls."""
    begun = time.perf_counter()
    for _ in range(times):
        action()
    return (time.perf_counter() - begun) / times


def side_by_side(
    actions: Sequence[Callable[[], Any]],
    rounds: int,
    times: Sequence[int] | None = None,
    *,
    warm_up: bool = True,
) -> list[list[float]]:
    """Seconds of each action in each round; the actions take turns.

    Other load on the machine then affects all actions alike.

    Args:
        actions: the actions to time.
        rounds: the number of rounds that count.
        times: how often each action is called per round; once by default.
        warm_up: do an additional first round, which doesn't count.
    """
    times = times or [1] * len(actions)
    taken: list[list[float]] = [[] for _ in actions]
    for number in range(rounds + warm_up):
        for action, often, list_ in zip(actions, times, taken, strict=True):
            spent = seconds(action, often)
            if number or not warm_up:
                list_.append(spent)
    return taken


def ratio(numerator: Sequence[float], denominator: Sequence[float]) -> float:
    """The median over rounds of the ratio within a round."""
    return statistics.median(a / b for a, b in zip(numerator, denominator, strict=True))


def middle(values: Sequence[float], digits: int = 4) -> float:
    """The median, rounded to `digits` significant digits."""
    return float(f"{statistics.median(values):.{digits}g}")
