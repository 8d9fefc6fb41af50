"""Bars for work that takes seconds: on a terminal, and nowhere else."""

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
WIDE = 110  # characters, which the bar of a run's steps takes with the run's name


class Speed(ProgressColumn):
    """How many steps a second, of late."""

    def render(self, task: Task) -> Text:
        """The column's text; nothing before it is known."""
        return Text(f"{task.speed:.1f} steps/s" if task.speed else "", no_wrap=True)


def bars(*columns: ProgressColumn) -> Progress:
    """Bars on stderr that go away: title, how much of how much is done, time left.

    Args:
        columns: shown before the time that is left.
    """
    return _bars(BarColumn(), *columns, TimeRemainingColumn(), transient=True)


def step_bar(*columns: ProgressColumn) -> Progress:
    """A bar on stderr that stays, of a run's steps: with steps a second, time gone and time left.

    Args:
        columns: shown before those.
    """
    times = (Speed(), TimeElapsedColumn(), TextColumn("left"), TimeRemainingColumn())
    return _bars(BarColumn(bar_width=8), *columns, *times, transient=False, wide=WIDE)


def _bars(bar: BarColumn, *columns: ProgressColumn, transient: bool, wide: int = 0) -> Progress:
    """Bars, without their title where the terminal isn't `wide`."""
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
    """The items, with a bar that goes away when they are done."""
    with bars() as progress:
        yield from progress.track(items, description=title)
