"""Options that several subcommands have."""

from pathlib import Path
from typing import Annotated

import typer

from shoal.errors import UserError


def factor(text: str | int) -> int:
    """The factor of an enlargement, as it is typed.

    Raises:
        UserError: it is no integer of at least 2.
    """
    if not (str(text).isdecimal() and len(str(text)) < 10 and int(text) >= 2):
        raise UserError(f"--scale {text} is not an integer of at least 2: e.g. --scale 3")
    return int(text)


def any_factor(text: str | float) -> float:
    """The same where any number does.

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
    typer.Option(help="Folder that holds the sets; $SHOAL_DATA, else data, if not given."),
]
Runs = Annotated[Path, typer.Option("--runs", help="Folder of all runs.")]
Trust = Annotated[
    bool, typer.Option("--trust", help="Build networks not our own: runs code the file names.")
]
Force = Annotated[bool, typer.Option("--force", help="Replace files that are there.")]
Scale = Annotated[
    int, typer.Option(parser=factor, metavar="S", help="Of the enlargement, an integer.")
]
