"""Published weights converted to Shoal's files, for networks as their authors tested them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from hydra.utils import instantiate
from torch import nn

from shoal.errors import UserError, first_line, unknown
from shoal.importing import fsrcnn, lapsrn, srcnn, vdsr
from shoal.importing.foreign import MATLAB, PYTORCH, Content, kind_of, read_matlab, read_pytorch
from shoal.importing.layouts import Converted
from shoal.importing.sizes import published_as
from shoal.models import weights
from shoal.models.facts import LARGEST
from shoal.models.profile import parameters
from shoal.system.files import asked_for, sha256

SUFFIX = ".safetensors"
READERS = {MATLAB: read_matlab, PYTORCH: read_pytorch}
# By system and kind of file. The layouts are those that the authors' own test code reads, which
# docs/published.md names.
CONVERTERS: dict[str, dict[str, Callable[[Content, int], Converted]]] = {
    "srcnn": {MATLAB: srcnn.of_matlab, PYTORCH: srcnn.of_pytorch},
    "fsrcnn": {MATLAB: fsrcnn.of_matlab, PYTORCH: fsrcnn.of_pytorch},
    "vdsr": {MATLAB: vdsr.of_matlab, PYTORCH: vdsr.of_pytorch},
    "lapsrn": {MATLAB: lapsrn.of_matlab},
}


def import_weights(
    system: str, file: Path, output: Path, scale: int, *, force: bool = False
) -> int:
    """Convert published weights to a file of Shoal's.

    Args:
        system: that they are of, a key of `CONVERTERS`.
        file: of MATLAB up to version 7, or of PyTorch with nothing but tensors.
        output: a `.safetensors` file to write.
        scale: of the network; few of these files state it.
        force: replace an existing output.

    Returns:
        The number of weights.

    Raises:
        UserError: there is no such system, the file can't be read or holds no weights of it, or
            the output exists.
    """
    _require_possible(system, output, scale, force=force)
    model, network = _network(system, file, scale)
    source = {"file": file.name, "sha256": sha256(file)}
    name = published_as(model) or system
    facts = {"model": model, "name": name, "scale": scale, "source": source}
    with asked_for(output) as target:
        target.write(weights.encode(network, facts))
    return parameters(network)


def _require_possible(system: str, output: Path, scale: int, *, force: bool) -> None:
    if system not in CONVERTERS:
        raise UserError(unknown("SYSTEM", system, CONVERTERS))
    if output.suffix != SUFFIX:
        raise UserError(f"{output} would be a {SUFFIX} file: call it {output.stem}{SUFFIX}")
    if output.exists() and not force:
        raise UserError(f"{output} is there already: add --force to replace it")
    if scale > LARGEST:
        raise UserError(f"--scale {scale} is too large for a network: at most {LARGEST}")


def _network(system: str, file: Path, scale: int) -> tuple[dict[str, Any], nn.Module]:
    """The network that a file holds, after its config."""
    kind = kind_of(file)
    if kind not in CONVERTERS[system]:
        known = " or ".join(CONVERTERS[system])
        raise UserError(f"{file} is a file of {kind}: {system} is read from files of {known}")
    content = READERS[kind](file)
    try:
        model, tensors = CONVERTERS[system][kind](content, scale)
        network: nn.Module = instantiate(model)
        network.load_state_dict(tensors)
    except KeyError as error:
        raise UserError(f"{file} holds no {system}: {error} is missing") from None
    except Exception as error:  # a file of another system, or a hostile one, can raise anything
        raise UserError(f"{file} holds no {system} of x{scale}: {first_line(error)}") from None
    return model, network
