"""`shoal export`: a trained network as ONNX."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from shoal.cli.options import Force, Trust


def export(
    source: Annotated[Path, typer.Argument(help="A run's folder, or its weights.safetensors.")],
    format: Annotated[Literal["onnx"], typer.Option(help="Of the file.")] = "onnx",
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="FILE", help="[default: output/<run>.onnx]"),
    ] = None,
    force: Force = False,
    trust: Trust = False,
) -> None:
    """Write a trained network as ONNX, for any height and width, checked against PyTorch."""
    from shoal.upscale.export import export as export_

    print(f"{source} -> {export_(source, output, force=force, trust=trust)}")
