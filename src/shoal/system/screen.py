"""What is printed as a table: data as it stands."""

import os
from typing import Any

from rich.console import Console

BOUNDLESS = 10_000  # columns


def screen(**options: Any) -> Console:
    """A console that reads no markup: a folder may be called `Bilder [alt]`.

    In a log or a pipe no line is broken: nothing there is 80 columns wide, unless `$COLUMNS` is.

    Args:
        options: of `rich.console.Console`.
    """
    console = Console(markup=False, emoji=False, **options)
    said = "width" in options or "COLUMNS" in os.environ
    if not (console.is_terminal or console.is_jupyter or said):
        console.width = BOUNDLESS
    return console
