"""Options that several subcommands have."""

from pathlib import Path
from typing import Annotated

import typer

Root = Annotated[
    Path | None,
    typer.Option(help="Folder that holds the sets; $SHOAL_DATA, else data, if not given."),
]
Runs = Annotated[Path, typer.Option("--runs", help="Folder of all runs.")]
Trust = Annotated[
    bool, typer.Option("--trust", help="Build networks not our own: runs code the file names.")
]
Force = Annotated[bool, typer.Option("--force", help="Replace files that are there.")]
