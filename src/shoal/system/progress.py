"""Progress bars, shown only on a terminal."""

import sys
from collections.abc import Iterable, Sequence
from typing import TypeVar

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from shoal.system.tee import below

Item = TypeVar("Item")
WIDE = 110  # columns that the bar of a run's steps needs together with the run's name


class Speed(ProgressColumn):
    """A column with the recent number of steps per second."""

    def render(self, task: Task) -> Text:
        """Return the column's text; empty while the speed is unknown."""
        return Text(f"{task.speed:.1f} steps/s" if task.speed else "", no_wrap=True)


def bars(*columns: ProgressColumn) -> Progress:
    """Return bars on stderr that vanish at the end: title, amount done, remaining time.

    Args:
        columns: shown before the remaining time.
    """
    return _bars(BarColumn(), *columns, TimeRemainingColumn(), transient=True)


def step_bar(*columns: ProgressColumn) -> Progress:
    """Return a bar on stderr for a run's steps, which stays; it has speed, elapsed, remaining time.

    Args:
        columns: shown before these.
    """
    times = (Speed(), TimeElapsedColumn(), TextColumn("left"), TimeRemainingColumn())
    return _bars(BarColumn(bar_width=8), *columns, *times, transient=False, wide=WIDE)


def _bars(bar: BarColumn, *columns: ProgressColumn, transient: bool, wide: int = 0) -> Progress:
    """Return bars; those on a terminal of fewer than `wide` columns have no title."""
    console = Console(file=below(sys.stderr), stderr=True)
    title = TextColumn("{task.description}", markup=False)
    return Progress(
        *((title, bar) if console.width >= wide else (bar,)),
        *(MofNCompleteColumn(), *columns),
        console=console,
        transient=transient,
        disable=not sys.stderr.isatty(),
        refresh_per_second=4,
    )


def tracked(items: Sequence[Item], title: str) -> Iterable[Item]:
    """Iterate over items, with a bar that vanishes when they are done."""
    with bars() as progress:
        yield from progress.track(items, description=title)
