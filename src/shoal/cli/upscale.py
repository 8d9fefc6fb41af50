"""`shoal upscale`: enlarges pictures."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from shoal.cli.options import Force, Trust, any_factor
from shoal.errors import UserError


class Kind(StrEnum):
    """The names in `shoal.pictures.formats.FORMATS`, repeated here to keep the help fast."""

    PNG, JPG, WEBP, TIFF, BMP = "png", "jpg", "webp", "tiff", "bmp"
    SAME = "same"


class Noise(StrEnum):
    """The names in `shoal.upscale.noise.NAMES`."""

    AUTO, NONE, JPEG = "auto", "none", "jpeg"


class RuntimeName(StrEnum):
    """The names in `shoal.upscale.runtimes.NAMES`."""

    AUTO, CUDA, TORCH = "auto", "cuda", "torch"
    OPENVINO, ONNXRUNTIME = "openvino", "onnxruntime"


DIGITS = 6  # of a tile's side: no picture has a side with more digits


def upscale(
    path: Annotated[list[Path], typer.Argument(help="Pictures, or folders of them.")],
    output: Annotated[
        Path, typer.Option("-o", "--output", help="Folder, or for a single picture a file.")
    ] = Path("output"),
    scale: Annotated[
        float | None,
        typer.Option(
            parser=any_factor,
            metavar="S",
            help="Factor from 1 to 16.",
            show_default="2, or that of --weights",
        ),
    ] = None,
    size: Annotated[
        str | None,
        typer.Option(help="Instead of --scale: 3840x (width), x2160 (height), or 3840x2160 (fit)."),
    ] = None,
    model: Annotated[
        str | None,
        typer.Option(
            help="Shipped weights: eeds_fast, eeds_large (slower, better), eeds; or a,b for two.",
            show_default="eeds_fast",
        ),
    ] = None,
    weights: Annotated[
        str | None,
        typer.Option(
            metavar="PATH", help="Other weights: a run's folder, a .safetensors, hf://owner/name."
        ),
    ] = None,
    format: Annotated[
        Kind | None, typer.Option(help="File format.", show_default="that of -o, else png")
    ] = None,
    compare: Annotated[
        bool, typer.Option("--compare", help="Also write bicubic and the result side by side.")
    ] = False,
    ensemble: Annotated[
        bool,
        typer.Option("--ensemble", help="Average over eight symmetries, at eight times the cost."),
    ] = False,
    noise: Annotated[
        Noise, typer.Option(help="JPEG artefacts to remove; auto: according to the file.")
    ] = Noise.AUTO,
    runtime: Annotated[
        RuntimeName,
        typer.Option(
            "--runtime", "--engine", help="auto: a GPU, else the fastest that is installed."
        ),
    ] = RuntimeName.AUTO,
    tile: Annotated[
        str, typer.Option(help="Side of tiles in pixels; auto: by available memory.")
    ] = "auto",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only print which files would be written.")
    ] = False,
    skip_existing: Annotated[
        bool, typer.Option("--skip-existing", help="Skip pictures whose results exist.")
    ] = False,
    force: Force = False,
    trust: Trust = False,
) -> None:
    """Enlarge pictures: luma by a trained network (or RGB by an RGB network), the rest bicubic."""
    if model and weights:
        raise UserError(
            "--model names shipped weights, --weights a file of yours: give one of them"
        )
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
            each.row(factor.scale)  # fail first if there are no weights for this scale

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
