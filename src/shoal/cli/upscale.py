"""`shoal upscale`: pictures in, larger pictures out."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from shoal.cli.options import Force, Trust, any_factor
from shoal.errors import UserError


class Kind(StrEnum):
    """The formats of `shoal.pictures.formats.FORMATS`, which is not imported for the help."""

    PNG, JPG, WEBP, TIFF, BMP = "png", "jpg", "webp", "tiff", "bmp"
    SAME = "same"


class Noise(StrEnum):
    """The names of `shoal.upscale.noise.NAMES`."""

    AUTO, NONE, JPEG = "auto", "none", "jpeg"


class RuntimeName(StrEnum):
    """The names of `shoal.upscale.runtimes.NAMES`."""

    AUTO, CUDA, TORCH = "auto", "cuda", "torch"
    OPENVINO, ONNXRUNTIME = "openvino", "onnxruntime"


DIGITS = 6  # of a number of pixels: no picture has a longer side


def upscale(
    path: Annotated[list[Path], typer.Argument(help="Pictures, or folders of them.")],
    output: Annotated[
        Path, typer.Option("-o", "--output", help="Folder; for one picture also a file's name.")
    ] = Path("output"),
    scale: Annotated[
        float | None,
        typer.Option(parser=any_factor, metavar="S", help="From 1 to 16.  [default: 2, or FILE's]"),
    ] = None,
    size: Annotated[
        str | None, typer.Option(help="Instead: 3840x (width), x2160 (height), or within both.")
    ] = None,
    model: Annotated[
        str | None,
        typer.Option(help="eeds_fast, eeds, or both by a comma; the best that ships if not given."),
    ] = None,
    weights: Annotated[
        str | None,
        typer.Option(
            metavar="PATH", help="Of a run's folder, weights.safetensors, hf://owner/name."
        ),
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
    noise: Annotated[
        Noise, typer.Option(help="Compression to see through; auto: as a JPEG file itself says.")
    ] = Noise.AUTO,
    runtime: Annotated[
        RuntimeName,
        typer.Option("--runtime", "--engine", help="auto: a GPU, or the fastest installed."),
    ] = RuntimeName.AUTO,
    tile: Annotated[
        str, typer.Option(help="Side of the pieces in pixels; auto: by the memory there is.")
    ] = "auto",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say which files would be written.")
    ] = False,
    skip_existing: Annotated[
        bool, typer.Option("--skip-existing", help="Leave alone pictures whose results are there.")
    ] = False,
    force: Force = False,
    trust: Trust = False,
) -> None:
    """Enlarge pictures: luma by a trained network (RGB by one of RGB), all else bicubic."""
    if model and weights:
        raise UserError("--model names what ships, --weights a file of yours: give one of them")
    if scale is not None and size is not None:
        raise UserError("--scale and --size both say how large: give one of them")
    if tile != "auto" and not (tile.isdecimal() and len(tile) <= DIGITS):
        raise UserError(f"--tile {tile} is neither auto nor a number of pixels")
    from shoal.upscale.factor import by_scale, to_size
    from shoal.upscale.networks import Settings
    from shoal.upscale.sought import several

    settings = Settings(runtime, None if tile == "auto" else int(tile), ensemble, trust, noise)
    networks = several(model, weights, settings)
    factor = to_size(size) if size is not None else by_scale(scale or networks[0].default)
    if factor.scale is not None:
        for each in networks:
            each.row(factor.scale)  # told before anything else, if there is none

    from shoal.upscale.jobs import Wanted, plan

    names = [str(each.source) for each in networks] if len(networks) > 1 else [""]
    wanted = Wanted(output, factor.name, names, format, compare, force, skip_existing)
    planned = plan(path, wanted)

    from shoal.upscale.command import Enlarging, enlarge_files, rehearse

    how = Enlarging(networks, factor, same=format is Kind.SAME)
    if skipped := rehearse(planned) if dry_run else enlarge_files(planned, how):
        total = len(planned.jobs) + len(planned.refused)
        print(f"shoal: {skipped} of {total} pictures were skipped", file=sys.stderr)
        raise typer.Exit(1)
