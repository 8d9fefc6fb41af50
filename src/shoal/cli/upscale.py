"""`shoal upscale`: pictures in, larger pictures out."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from shoal.cli.options import Force, Trust, factor
from shoal.errors import UserError


class Kind(StrEnum):
    """The formats of `shoal.pictures.formats.FORMATS`, which is not imported for the help."""

    PNG, JPG, WEBP, TIFF, BMP = "png", "jpg", "webp", "tiff", "bmp"


class RuntimeName(StrEnum):
    """The names of `shoal.upscale.runtimes.NAMES`."""

    AUTO, CUDA, TORCH = "auto", "cuda", "torch"
    OPENVINO, ONNXRUNTIME = "openvino", "onnxruntime"


def upscale(
    path: Annotated[list[Path], typer.Argument(help="Pictures, or folders of them.")],
    output: Annotated[
        Path, typer.Option("-o", "--output", help="Folder; for one picture also a file's name.")
    ] = Path("output"),
    scale: Annotated[
        int | None,
        typer.Option(parser=factor, metavar="S", help="2, 3 or 4.  [default: 2, or FILE's]"),
    ] = None,
    model: Annotated[
        str | None, typer.Option(help="eeds_fast or eeds; the best that ships if not given.")
    ] = None,
    weights: Annotated[
        Path | None,
        typer.Option(metavar="PATH", help="A run's folder or weights.safetensors."),
    ] = None,
    format: Annotated[
        Kind | None, typer.Option(help="Of the files; PNG unless -o says otherwise.")
    ] = None,
    compare: Annotated[
        bool, typer.Option("--compare", help="Also show bicubic and the result side by side.")
    ] = False,
    ensemble: Annotated[
        bool, typer.Option("--ensemble", help="Average over eight symmetries: eightfold work.")
    ] = False,
    runtime: Annotated[
        RuntimeName,
        typer.Option("--runtime", "--engine", help="auto: a GPU, or the fastest installed."),
    ] = RuntimeName.AUTO,
    tile: Annotated[
        str, typer.Option(help="Side of the pieces in pixels; auto: by the memory there is.")
    ] = "auto",
    force: Force = False,
    trust: Trust = False,
) -> None:
    """Enlarge pictures: luma by a trained network (RGB by one of RGB), all else bicubic."""
    from shoal.upscale.jobs import plan

    if model and weights:
        raise UserError("--model names what ships, --weights a file of yours: give one of them")
    if tile != "auto" and not tile.isdecimal():
        raise UserError(f"--tile {tile} is neither auto nor a number of pixels")
    jobs = plan(path, output, format, compare=compare, force=force)

    from shoal.upscale import load
    from shoal.upscale.command import enlarge_files

    upscaler = load(
        weights or model,
        scale,
        runtime=runtime,
        tile=None if tile == "auto" else int(tile),
        ensemble=ensemble,
        trust=trust,
    )
    if skipped := enlarge_files(jobs, upscaler):
        print(f"shoal: {skipped} of {len(jobs)} pictures were skipped", file=sys.stderr)
        raise typer.Exit(1)
