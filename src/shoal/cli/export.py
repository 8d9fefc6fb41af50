"""`shoal export`: writes a trained network for other programs."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from shoal.cli.options import Force, Trust, factor


def export(
    source: Annotated[
        str,
        typer.Argument(
            help="A run's folder, its weights.safetensors, or shipped weights, e.g. eeds."
        ),
    ],
    format: Annotated[
        Literal["onnx", "onnx-rgb", "hub"],
        typer.Option(help="onnx: as trained; onnx-rgb: for colour; hub: Hugging Face's layout."),
    ] = "onnx",
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", help="File or folder.", show_default="output/<run>.onnx"),
    ] = None,
    scale: Annotated[
        int | None,
        typer.Option(
            parser=factor, metavar="S", help="Scale of shipped weights.", show_default="2"
        ),
    ] = None,
    force: Force = False,
    trust: Trust = False,
) -> None:
    """Write a trained network as ONNX, checked against PyTorch, or as a Hugging Face folder."""
    from shoal.errors import one_line
    from shoal.upscale.export import export as export_

    made = export_(source, output, kind=format, scale=scale, force=force, trust=trust)
    print(one_line(f"{source} -> {made}"))
