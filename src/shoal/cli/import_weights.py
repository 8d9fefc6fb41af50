"""`shoal import-weights`: weights that others have published."""

from pathlib import Path
from typing import Annotated

import typer

from shoal.cli.options import Force, Scale


def import_weights(
    system: Annotated[str, typer.Argument(help="srcnn, fsrcnn, vdsr or lapsrn.")],
    file: Annotated[Path, typer.Argument(help="Its authors' .mat, or a PyTorch state dict.")],
    scale: Scale,
    output: Annotated[Path, typer.Option("-o", "--output", metavar="FILE", help="A .safetensors.")],
    force: Force = False,
) -> None:
    """Write weights that others have published as a file that `shoal upscale --weights` takes."""
    from shoal.importing.convert import import_weights as convert

    count = convert(system, file, output, scale, force=force)
    print(f"{system} x{scale}, {count:,} weights of {file} -> {output}")
