"""Verifies finished runs: files intact, digests right, weights loadable, scores reproducible."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import torch
from torch import nn

from shoal.errors import UserError, first_line
from shoal.evaluation.benchmark import score
from shoal.models import weights
from shoal.models.build import build
from shoal.runs import config_file, identity
from shoal.runs.config import RunConfig
from shoal.runs.consistent import contradictions, known
from shoal.runs.damage import DAMAGE
from shoal.runs.folder import RunFolder
from shoal.runs.kind import Kind
from shoal.system.code import changed_since
from shoal.system.files import sha256
from shoal.system.targets import present

EQUAL = {"psnr": 1e-4, "ssim": 1e-6}  # other CPUs and thread counts may change the last bits
# For scores computed on a GPU, which sums in another order, so that some pixels are rounded the
# other way. Outputs that are off by 2e-5 change scores on Set5 by up to 1.2e-3 dB and 3e-5.
ELSEWHERE = {"psnr": 5e-3, "ssim": 1e-4}


def allowed(*records: Mapping[str, Any]) -> Mapping[str, float]:
    """Return by how much scores of the same weights may differ from those in the records."""
    taken = {record.get("accelerator", "cpu") for record in records}
    return EQUAL if taken == {"cpu"} else ELSEWHERE


def finished(runs: Path) -> list[RunFolder]:
    """Return the finished runs in a folder, sorted by id.

    Raises:
        UserError: there is no such folder, or no finished run in it.
    """
    if not runs.is_dir():
        raise UserError(f"{runs} is not a folder of runs: name one with --runs DIR")
    folders = (RunFolder(path) for path in sorted(runs.iterdir()) if path.is_dir())
    found = [folder for folder in folders if folder.finished]
    if not found:
        raise UserError(f"{runs} holds no finished runs: shoal train model=eeds")
    return found


def problems(folder: RunFolder, data: Path, *, trust: bool) -> Iterator[str]:
    """Yield what is wrong with a finished run; nothing if all is as its record says.

    Args:
        folder: the run's folder.
        data: the folder of the downloadable picture sets.
        trust: also build networks that are not Shoal's own.
    """
    try:
        record = folder.record()
        yield from contradictions(folder, record)
        if folder.adopted_from:
            return
        config = _config(folder, trust)
        yield from _named(config, folder, record)
        digest = record["weights_sha256"]
        if digest is not None and sha256(folder.weights) != digest:
            yield f"{folder.weights.name} has other bytes than the record says"
        network = _network(config, folder, trust)
        found = list(_scores(folder, network, record, data))
        yield from found
        since = changed_since(record.get("code", {}), *identity.nodes(config))
        if found and since:
            yield f"{since} since it was trained"
    except UserError as error:
        yield str(error)
    except DAMAGE as error:
        yield f"a file is damaged ({first_line(error)})"


def _config(folder: RunFolder, trust: bool) -> RunConfig:
    if not trust:
        path = folder.path / config_file.NAME
        weights.require_ours(path, present(config_file.plain(folder.path)["model"]))
    return RunConfig.of(config_file.tree(folder.path))


def _named(config: RunConfig, folder: RunFolder, record: Mapping[str, Any]) -> Iterator[str]:
    # An older version of the results gave the same config another id.
    if record["results"] == identity.RESULTS:
        named = identity.run_id(config, identity.Content.recorded(record))
        if named != folder.id:
            yield f"config.yaml is that of {named}"
    if config.kind is not folder.kind:
        yield f"the record says {folder.kind}, but its network is {config.kind}"


def _network(config: RunConfig, folder: RunFolder, trust: bool) -> nn.Module:
    """Load the run's network from its weights; an untrained one is built from its config."""
    if folder.kind is Kind.UNTRAINED:
        return build(config.name, config.model).eval()
    return weights.load(folder.weights, trust=trust)[0]


def _scores(
    folder: RunFolder, network: nn.Module, record: Mapping[str, Any], data: Path
) -> Iterator[str]:
    """Recompute the scores of the smallest test set of the catalogue, and yield deviations."""
    rows = folder.rows("scores.csv")
    names = {row["dataset"] for row in rows}
    sets = [each for each in map(known, sorted(names)) if each is not None]
    if not sets:
        return
    smallest = min(sets, key=lambda each: len(each.files))
    before = {
        (row["image"], row["protocol"]): row for row in rows if row["dataset"] == smallest.name
    }
    limit = len({image for image, _ in before})
    torch.set_num_threads(folder.status().get("threads") or torch.get_num_threads())
    for protocol in sorted({protocol for _, protocol in before}):
        for row in score(network, [smallest], data, protocol, record["scale"], limit):
            was = before[row["image"], protocol]
            for kind, equal in allowed(record).items():
                if abs(row[kind] - float(was[kind])) > equal:
                    found = f"{row['image']} has a {kind} of {row[kind]:.6g} by {protocol}"
                    yield f"{found}, not {float(was[kind]):.6g}"
