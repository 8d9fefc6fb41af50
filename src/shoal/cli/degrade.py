"""`shoal degrade`: writes the LR pictures that MATLAB's imresize would write."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from shoal.cli.options import Force, Scale


class Edges(StrEnum):
    """The names in `shoal.pictures.taps.EDGES`, repeated here to keep the help fast."""

    MIRRORED, REPEATED = "mirrored", "repeated"


def degrade(
    path: Annotated[list[Path], typer.Argument(help="Pictures, or folders of them.")],
    scale: Scale = 3,
    output: Annotated[Path, typer.Option("-o", "--output", help="Folder to write to.")] = Path(
        "output"
    ),
    edges: Annotated[
        Edges, typer.Option(help="How to pad beyond the edges; repeated is an older MATLAB's way.")
    ] = Edges.MIRRORED,
    force: Force = False,
) -> None:
    """Write the low-resolution pictures that MATLAB's imresize would write."""
    from shoal.errors import one_line
    from shoal.pictures.degrade_files import degrade_files

    for source, target in degrade_files(path, scale, output, force=force, edges=edges):
        print(one_line(f"{source} -> {target}"))
