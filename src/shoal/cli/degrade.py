"""`shoal degrade`: the LR pictures that MATLAB would write."""

from pathlib import Path
from typing import Annotated

import typer

from shoal.cli.options import Force, Scale


def degrade(
    path: Annotated[list[Path], typer.Argument(help="Pictures, or folders of them.")],
    scale: Scale = 3,
    output: Annotated[Path, typer.Option("-o", "--output", help="Folder to write to.")] = Path(
        "output"
    ),
    force: Force = False,
) -> None:
    """Write the low-resolution pictures that MATLAB's imresize would."""
    from shoal.pictures.degrade import degrade_files

    for source, target in degrade_files(path, scale, output, force=force):
        print(f"{source} -> {target}")
