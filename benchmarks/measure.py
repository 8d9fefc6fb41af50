"""Measuring side by side: what a row of the table is, and how two things are timed as one pair."""

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
        over: what the ratio is taken to; the unit, where the row is no ratio.
        target: what is wanted, a bound with its direction, e.g. `<= 0.5`; empty for a fact.
        reached: the number; None where it couldn't be measured.
        parts: what it is made of, in their units; or why there is no number.
    """

    what: str
    over: str
    target: str
    reached: float | None
    parts: dict[str, Any] = field(default_factory=dict)

    @property
    def met(self) -> bool | None:
        """Whether the target is reached; None where there is no target or no number."""
        if not self.target or self.reached is None:
            return None
        sign, bound = self.target.split()
        return self.reached <= float(bound) if sign == "<=" else self.reached >= float(bound)


def seconds(action: Callable[[], Any], times: int = 1) -> float:
    """How long an action takes, once."""
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
    """Seconds of each action in each round, the actions taking turns.

    What else the machine does strikes all alike.

    Args:
        actions: to be timed.
        rounds: that count.
        times: how often each is done in one round; 1 if not given.
        warm_up: do one round more, the first, which isn't counted.
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
    """The median, to so many significant digits."""
    return float(f"{statistics.median(values):.{digits}g}")
