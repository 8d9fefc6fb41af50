"""Options that several subcommands share, and parsers of their values."""

from pathlib import Path
from typing import Annotated

import typer

from shoal.errors import UserError


def factor(text: str | int) -> int:
    """Parse an integer enlargement factor.

    Raises:
        UserError: it is no integer of at least 2.
    """
    if not (str(text).isdecimal() and len(str(text)) < 10 and int(text) >= 2):
        raise UserError(f"--scale {text} is not an integer of at least 2: e.g. --scale 3")
    return int(text)


def any_factor(text: str | float) -> float:
    """Parse an enlargement factor that needn't be an integer.

    Raises:
        UserError: it is no number from 1 to 16.
    """
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if not 1 <= number <= 16:
        raise UserError(f"--scale {text} is no number from 1 to 16: e.g. --scale 2.5")
    return number


Root = Annotated[
    Path | None,
    typer.Option(help="Folder of the picture sets.", show_default="$SHOAL_DATA, else data"),
]
Runs = Annotated[Path, typer.Option("--runs", help="Folder of all runs.")]
Trust = Annotated[
    bool,
    typer.Option(
        "--trust", help="Build networks that aren't Shoal's: runs the code that a file names."
    ),
]
Force = Annotated[bool, typer.Option("--force", help="Overwrite existing files.")]
Scale = Annotated[
    int, typer.Option(parser=factor, metavar="S", help="Enlargement factor, an integer.")
]
