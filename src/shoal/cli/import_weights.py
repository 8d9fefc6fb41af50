"""`shoal import-weights`: converts weights that others have published."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from shoal.cli.options import Force, Root, Scale
from shoal.errors import one_line

if TYPE_CHECKING:
    from shoal.data.sets import PictureSet


def import_weights(
    system: Annotated[str, typer.Argument(help="srcnn, fsrcnn, vdsr or lapsrn.")],
    file: Annotated[Path, typer.Argument(help="The authors' .mat file, or a PyTorch state dict.")],
    scale: Scale,
    output: Annotated[
        Path, typer.Option("-o", "--output", metavar="FILE", help="The .safetensors file to write.")
    ],
    score: Annotated[
        list[str], typer.Option(help="Score them on this test set, e.g. Set5; repeatable.")
    ] = [],  # noqa: B006 - typer only reads it
    root: Root = None,
    force: Force = False,
) -> None:
    """Convert weights that others have published to a file for `shoal upscale --weights`."""
    from shoal.data.catalog import default_root, locate, picture_set
    from shoal.importing.convert import import_weights as convert

    sets, pictures = [picture_set(name) for name in score], root or default_root()
    for each in sets:
        locate(each, pictures)  # fail before anything is written if a set is missing
    count = convert(system, file, output, scale, force=force)
    print(one_line(f"{system} x{scale}, {count:,} weights of {file} -> {output}"))
    for line in _scored(output, scale, sets, pictures):
        print(line)


def _scored(output: Path, scale: int, sets: Sequence["PictureSet"], root: Path) -> Iterator[str]:
    """Lines with the network's PSNR by the classic protocol, beside the published one."""
    if not sets:
        return
    import pandas as pd

    from shoal.evaluation.benchmark import score
    from shoal.importing.sizes import published_as
    from shoal.models import weights
    from shoal.report.tables.published import load_published, reference
    from shoal.runs.tables import means

    network, facts = weights.load(output)
    method, published = published_as(facts["model"]), load_published()
    for name, protocols in means(score(network, sets, root, "classic", scale)).items():
        theirs = reference(published, method, name, scale)["psnr"]
        beside = f", published of {method} {theirs:.2f} dB" if pd.notna(theirs) else ""
        yield f"{name}: {protocols['classic']['psnr']:.2f} dB{beside}"
