"""A trained network as an ONNX file for other programs."""

from pathlib import Path

from shoal.errors import UserError
from shoal.models import weights
from shoal.runs.folder import RunFolder
from shoal.system.files import asked_for
from shoal.upscale.graph import graph
from shoal.upscale.pytorch import answers
from shoal.upscale.ready import need
from shoal.upscale.runtimes import check, onnx_runtime


def export(source: Path, output: Path | None, *, force: bool = False, trust: bool = False) -> Path:
    """Write the network of a run's folder, or of a weights file, as ONNX.

    It appears only after it has answered as PyTorch does at two sizes.

    Args:
        source: the folder or the file.
        output: the file to write; if None, `output/<run>.onnx`.
        force: replace a file that is there.
        trust: also build networks that are not Shoal's own.

    Returns:
        The file.

    Raises:
        UserError: there is no network there, it can't be exported, or the file can't be written.
    """
    path = RunFolder(source).weights if source.is_dir() else source
    network, facts = weights.load(path, trust=trust)
    target = output or Path("output") / f"{facts.get('run', path.stem)}.onnx"
    if target.exists() and not force:
        raise UserError(f"{target} is there already: add --force to replace it")
    need("onnxruntime", extra="onnx")
    content = graph(network, facts)
    check(onnx_runtime(content), answers(network))
    with asked_for(target) as file:
        file.write(content)
    return target
