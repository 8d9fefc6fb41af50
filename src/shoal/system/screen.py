"""A console for tables that prints data literally."""

import os
from typing import Any

from rich.console import Console

BOUNDLESS = 10_000  # columns


def screen(**options: Any) -> Console:
    """Return a console that interprets no markup, since a folder may be named `Bilder [alt]`.

    In a log or a pipe it wraps no lines, unless `$COLUMNS` is set.

    Args:
        options: of `rich.console.Console`.
    """
    console = Console(markup=False, emoji=False, **options)
    said = "width" in options or "COLUMNS" in os.environ
    if not (console.is_terminal or console.is_jupyter or said):
        console.width = BOUNDLESS
    return console
