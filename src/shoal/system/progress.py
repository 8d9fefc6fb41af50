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
    TextColumn,
    TimeRemainingColumn,
)

Item = TypeVar("Item")


def bars(*columns: ProgressColumn, kept: bool = False) -> Progress:
    """Bars on stderr: title, how much of how much is done, time left.

    Args:
        columns: shown before the time that is left.
        kept: leave the bars there when all is done.
    """
    title = TextColumn("{task.description}", markup=False)
    return Progress(
        *(title, BarColumn(), MofNCompleteColumn(), *columns, TimeRemainingColumn()),
        console=Console(stderr=True),
        transient=not kept,
        disable=not sys.stderr.isatty(),
        refresh_per_second=4,
    )


def tracked(items: Sequence[Item], title: str) -> Iterable[Item]:
    """The items, with a bar that goes away when they are done."""
    with bars() as progress:
        yield from progress.track(items, description=title)
