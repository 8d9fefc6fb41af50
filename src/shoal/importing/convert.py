"""From a published file to a file of ours: the network it belongs to, exactly as it was tested."""

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
# Layouts are those that the authors' own test code reads; docs/published.md names it.
CONVERTERS: dict[str, dict[str, Callable[[Content, int], Converted]]] = {
    "srcnn": {MATLAB: srcnn.of_matlab, PYTORCH: srcnn.of_pytorch},
    "fsrcnn": {MATLAB: fsrcnn.of_matlab, PYTORCH: fsrcnn.of_pytorch},
    "vdsr": {MATLAB: vdsr.of_matlab, PYTORCH: vdsr.of_pytorch},
    "lapsrn": {MATLAB: lapsrn.of_matlab},
}


def import_weights(
    system: str, file: Path, output: Path, scale: int, *, force: bool = False
) -> int:
    """Write published weights as a file that everything of ours takes.

    Args:
        system: whose they are, a key of `CONVERTERS`.
        file: MATLAB's up to version 7, or PyTorch's with tensors alone.
        output: a `.safetensors`.
        scale: that they are for; few of those files say it.
        force: replace a file that is there.

    Returns:
        The number of weights.

    Raises:
        UserError: no such system, a file that can't be read, isn't its system's, or would be
            replaced.
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
        raise UserError(f"{output} is there: --force replaces it")
    if scale > LARGEST:
        raise UserError(f"--scale {scale} is more than networks enlarge by: at most {LARGEST}")


def _network(system: str, file: Path, scale: int) -> tuple[dict[str, Any], nn.Module]:
    """The config of the model that a file is of, and the network itself."""
    kind = kind_of(file)
    if kind not in CONVERTERS[system]:
        known = " or ".join(CONVERTERS[system])
        raise UserError(f"{file} is no file of {known}, which {system} is read from")
    content = READERS[kind](file)
    try:
        model, tensors = CONVERTERS[system][kind](content, scale)
        network: nn.Module = instantiate(model)
        network.load_state_dict(tensors)
    except KeyError as error:
        raise UserError(f"{file} holds no {system}: {error} is missing") from None
    except Exception as error:  # whatever a file of another system, or a hostile one, leads to
        raise UserError(f"{file} holds no {system} of x{scale}: {first_line(error)}") from None
    return model, network
