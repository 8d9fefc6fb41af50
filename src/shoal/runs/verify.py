"""Finished runs checked again: files whole, digests right, weights loadable, scores equal."""

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import torch
from omegaconf import OmegaConf
from omegaconf.errors import OmegaConfBaseException
from torch import nn
from yaml import YAMLError

from shoal.data.catalog import PictureSet, picture_set
from shoal.errors import UserError, first_line
from shoal.evaluation.benchmark import score
from shoal.models import weights
from shoal.models.build import build
from shoal.pictures import images
from shoal.runs import identity
from shoal.runs.config import RunConfig
from shoal.runs.folder import RunFolder
from shoal.runs.kind import Kind
from shoal.runs.tables import means
from shoal.system import harmless, regular
from shoal.system.code import changed_since
from shoal.system.targets import present

EQUAL = {"psnr": 1e-4, "ssim": 1e-6}  # other processors and thread counts may move the last bits

# What reading a changed file can raise.
DAMAGE = (OSError, ValueError, LookupError, TypeError, YAMLError, OmegaConfBaseException)


def finished(runs: Path) -> list[RunFolder]:
    """The finished runs below a folder, by name.

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
    """What is wrong with a finished run; nothing where all is as its record says.

    Args:
        folder: of the run.
        data: the folder of the downloadable picture sets.
        trust: also build networks that are not Shoal's own.
    """
    try:
        record = folder.record()
        if record["id"] != folder.id:
            yield f"the record is that of {record['id']}"
        yield from _curve(folder, record)
        if means(folder.rows("scores.csv")) != record["scores"]:
            yield "scores.csv has other means than the record"
        yield from _data(record["data_digests"])
        for sample in sorted(folder.samples.glob("*.png")):
            images.read(sample)
        if folder.adopted_from:
            return
        config = _config(folder, trust)
        yield from _named(config, folder, record)
        if record["weights_sha256"] is not None:
            yield from _digest(folder, record["weights_sha256"])
        network = _network(config, folder, trust)
        found = list(_scores(folder, network, record["scale"], data))
        yield from found
        since = changed_since(record.get("code", {}), *identity.nodes(config))
        if found and since:
            yield f"{since} since it was trained"
    except UserError as error:
        yield str(error)
    except DAMAGE as error:
        yield f"a file is damaged ({first_line(error)})"


def _config(folder: RunFolder, trust: bool) -> RunConfig:
    path = folder.path / "config.yaml"
    tree = harmless.config(path)
    if not trust:
        weights.require_ours(path, present(tree["model"]))
    return RunConfig.of(OmegaConf.create(tree))


def _named(config: RunConfig, folder: RunFolder, record: Mapping[str, Any]) -> Iterator[str]:
    # An older version of the results named the same config otherwise.
    if record["results"] == identity.RESULTS:
        named = identity.run_id(config, identity.Content.recorded(record))
        if named != folder.id:
            yield f"config.yaml is that of {named}"
    if config.kind is not folder.kind:
        yield f"the record calls it {folder.kind}, its network is {config.kind}"


def _curve(folder: RunFolder, record: Mapping[str, Any]) -> Iterator[str]:
    rows = [(float(row["val/psnr"]), int(row["step"])) for row in folder.rows("curve.csv")]
    steps, val = [step for _, step in rows], record["val"]
    if not rows:
        yield "curve.csv is missing"
        return
    if steps != sorted(set(steps)):
        yield "curve.csv has its steps twice or out of order"
    if rows[-1] != (val["final_psnr"], record["steps"]):
        yield "curve.csv ends otherwise than the record says"
    if (val["best_psnr"], val["best_step"]) not in rows or max(rows)[0] != val["best_psnr"]:
        yield "curve.csv has another best score than the record says"


def _data(digests: Mapping[str, str]) -> Iterator[str]:
    """Sets of the catalogue that are not what the run was scored on."""
    for name, digest in digests.items():
        known = _known(name)
        if known and digest not in (known.digest, known.named):
            yield f"{name} has other pictures by the record than by the catalogue"


def _digest(folder: RunFolder, expected: str) -> Iterator[str]:
    with regular.opened(folder.weights) as file:
        if hashlib.file_digest(file, "sha256").hexdigest() != expected:
            yield f"{folder.weights.name} has other bytes than the record says"


def _network(config: RunConfig, folder: RunFolder, trust: bool) -> nn.Module:
    """The run's network: from its weights or, where there was nothing to train, its config."""
    if folder.kind is Kind.UNTRAINED:
        return build(config.name, config.model).eval()
    return weights.load(folder.weights, trust=trust)[0]


def _scores(folder: RunFolder, network: nn.Module, scale: int, data: Path) -> Iterator[str]:
    """Take the scores of the smallest test set again, where its pictures are at hand."""
    rows = folder.rows("scores.csv")
    names = {row["dataset"] for row in rows}
    known = [each for each in map(_known, sorted(names)) if each is not None]
    if not known:
        return
    smallest = min(known, key=lambda each: len(each.files))
    before = {
        (row["image"], row["protocol"]): row for row in rows if row["dataset"] == smallest.name
    }
    limit = len({image for image, _ in before})
    torch.set_num_threads(folder.status().get("threads") or torch.get_num_threads())
    for protocol in sorted({protocol for _, protocol in before}):
        for row in score(network, [smallest], data, protocol, scale, limit):
            was = before[row["image"], protocol]
            for kind, equal in EQUAL.items():
                if abs(row[kind] - float(was[kind])) > equal:
                    found = f"{row['image']} has a {kind} of {row[kind]:.6g} by {protocol}"
                    yield f"{found}, not {float(was[kind]):.6g}"


def _known(name: str) -> PictureSet | None:
    try:
        return picture_set(name)
    except UserError:  # a folder of the user's own
        return None
