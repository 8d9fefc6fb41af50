"""Bars for work that takes seconds: on a terminal, and nowhere else."""

from collections.abc import Iterable, Sequence
from typing import TypeVar

from rich.console import Console
from rich.progress import track

Item = TypeVar("Item")


def tracked(items: Sequence[Item], title: str) -> Iterable[Item]:
    """The items, with a bar on stderr that goes away when they are done."""
    console = Console(stderr=True)
    return track(items, title, console=console, transient=True, disable=not console.is_terminal)
