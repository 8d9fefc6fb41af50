"""What is printed as a table: data as it stands."""

from typing import Any

from rich.console import Console


def screen(**options: Any) -> Console:
    """A console that reads no markup: a folder may be called `Bilder [alt]`.

    Args:
        options: of `rich.console.Console`.
    """
    return Console(markup=False, emoji=False, **options)
