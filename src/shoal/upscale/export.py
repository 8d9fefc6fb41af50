"""Trained networks exported for other programs: ONNX, and the Hugging Face hub's layout."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from torch import nn

from shoal.errors import UserError
from shoal.models import weights
from shoal.models.facts import plain_name
from shoal.models.flat import flat
from shoal.models.profile import reach
from shoal.system.files import asked_for, write_folder
from shoal.upscale import hub
from shoal.upscale.card import card
from shoal.upscale.coloured import Coloured
from shoal.upscale.graph import graph, portable
from shoal.upscale.networks import Settings
from shoal.upscale.pytorch import answers
from shoal.upscale.ready import need
from shoal.upscale.runtimes import check, onnx_runtime
from shoal.upscale.sought import networks

ONNX, ONNX_RGB, HUB = ("onnx", "onnx-rgb", "hub")
FOLDER = Path("output")


def export(
    source: str | Path,
    output: Path | None,
    *,
    kind: str = ONNX,
    scale: int | None = None,
    clipped: bool = True,
    force: bool = False,
    trust: bool = False,
) -> Path:
    """Export a network.

    An ONNX file is written only if its answers equal PyTorch's at two sizes.

    Args:
        source: a run's folder, a weights' file, the name of a network that ships, or an address in
            the hub.
        output: the file to write, or a folder for it; for the hub the folder to make. None:
            `output/<run>` with the suffix of the kind.
        kind: `onnx`: luma or RGB, as the network maps; `onnx-rgb`: always RGB; `hub`: a folder in
            the layout of the Hugging Face hub.
        scale: of a network that ships.
        clipped: whether `onnx-rgb` clips its answer to [0, 1].
        force: replace existing files.
        trust: also build networks that are not Shoal's own.

    Returns:
        The file or the folder.

    Raises:
        UserError: there is no such network, it can't be exported, or a file can't be written.
    """
    path = _only(source, scale)
    network, facts = weights.load(path, trust=trust)
    name = plain_name(facts, "run", path.stem)
    if kind == HUB:
        return _hub_folder(path, network, facts, output or FOLDER / name, force=force)
    rgb = kind == ONNX_RGB
    target = _target(output, f"{name}-rgb.onnx" if rgb else f"{name}.onnx")
    _require_free(target, force=force)
    need("onnxruntime", extra="onnx")
    content = _onnx(network, facts, rgb=rgb, clipped=clipped)
    with asked_for(target) as file:
        file.write(content)
    return target


def _onnx(network: nn.Module, facts: Mapping[str, Any], *, rgb: bool, clipped: bool) -> bytes:
    network = flat(network, reach(network))
    if rgb:
        network = Coloured(network, int(facts["scale"]), clipped=clipped).eval()
    content = graph(network, facts)
    content = portable(content) if rgb else content
    check(onnx_runtime(content), answers(network))
    return content


def _only(source: str | Path, scale: int | None) -> Path:
    """The one weights' file that a source and a scale stand for."""
    path = Path(source)
    named = isinstance(source, str) and not path.exists() and not path.parent.parts
    found = networks(source if named or hub.is_address(str(source)) else path, Settings())
    row = found.exact(scale)
    if len(row) > 1:
        words = " and ".join(f"x{each}" for each in row)
        raise UserError(f"{source} x{scale} is {words} one after the other: export each of them")
    return found.files[row[0]]


def _target(output: Path | None, name: str) -> Path:
    """The ONNX file to write; an output without a suffix is a folder."""
    if output is None or output.is_dir() or not output.suffix:
        return (output or FOLDER) / name
    if output.suffix.lower() != ".onnx":
        raise UserError(f"{output} is no ONNX file: give a name that ends in .onnx, or a folder")
    return output


def _require_free(*targets: Path, force: bool) -> None:
    for target in targets:
        if target.exists() and not force:
            raise UserError(f"{target} is there already: add --force to replace it")


def _hub_folder(
    path: Path, network: nn.Module, facts: dict[str, object], folder: Path, *, force: bool
) -> Path:
    contents = {
        hub.WEIGHTS: path.read_bytes(),
        hub.CONFIG: f"{json.dumps({'model_type': 'shoal', **facts}, indent=2)}\n".encode(),
        hub.CARD: card(network, facts, path.parent).encode(),
    }
    _require_free(*(folder / name for name in contents), force=force)
    if folder.exists():
        for name, content in contents.items():
            with asked_for(folder / name) as file:
                file.write(content)
        return folder
    write_folder(folder, contents)
    return folder
