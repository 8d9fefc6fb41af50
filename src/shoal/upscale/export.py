"""A trained network as files for other programs."""

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
    """Write the network of a run's folder, of a weights' file or of a name that ships.

    An ONNX file appears only after it has answered as PyTorch does at two sizes.

    Args:
        source: the folder, the file or the name.
        output: the file to write, or the folder that it is written to; for the hub the folder that
            its files are. If None, `output/<run>` with what ends such names.
        kind: `onnx`, of what the network maps; `onnx-rgb`, of RGB; `hub`, a folder in the layout of
            the Hugging Face hub.
        scale: of a network that ships.
        clipped: whether RGB that leaves [0, 1] is brought back.
        force: replace files that are there.
        trust: also build networks that are not Shoal's own.

    Returns:
        The file or the folder.

    Raises:
        UserError: there is no network there, it can't be exported, or the file can't be written.
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
    """The weights' file that is meant."""
    path = Path(source)
    named = isinstance(source, str) and not path.exists() and not path.parent.parts
    found = networks(source if named or hub.is_address(str(source)) else path, Settings())
    row = found.exact(scale)
    if len(row) > 1:
        words = " and ".join(f"x{each}" for each in row)
        raise UserError(f"{source} x{scale} is {words} in a row: export each of them")
    return found.files[row[0]]


def _target(output: Path | None, name: str) -> Path:
    """The file: a name without an end is a folder's."""
    if output is None or output.is_dir() or not output.suffix:
        return (output or FOLDER) / name
    if output.suffix.lower() != ".onnx":
        raise UserError(
            f"{output} is no name of an ONNX file: let it end in .onnx, or name a folder"
        )
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
