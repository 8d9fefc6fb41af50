"""Finished runs checked again: files whole, digests right, weights loadable, scores equal."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import torch
from torch import nn

from shoal import weights
from shoal.data.catalog import PictureSet, picture_set
from shoal.errors import UserError
from shoal.final_scores import means, score
from shoal.models.bicubic import Bicubic
from shoal.record import RunFolder

EQUAL = 1e-4  # dB: another processor or thread count may move the last bits


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
        raise UserError(f"{runs} holds no finished runs: python train.py model=eeds")
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
        yield from _curve(folder, record["val"]["final_psnr"], record["steps"])
        if means(folder.rows("scores.csv")) != record["scores"]:
            yield "scores.csv has other means than the record"
        if record["weights_sha256"] is not None:
            yield from _digest(folder, record["weights_sha256"])
        network = _network(folder, record["weights_sha256"] is None, record["scale"], trust)
        yield from _scores(folder, network, record["scale"], data)
    except UserError as error:
        yield str(error)
    except (OSError, ValueError, KeyError, TypeError) as error:
        yield f"a file is damaged ({type(error).__name__}: {error})"


def _curve(folder: RunFolder, psnr: float, steps: int) -> Iterator[str]:
    rows = folder.rows("curve.csv")
    if not rows:
        yield "curve.csv is missing"
    elif (int(rows[-1]["step"]), float(rows[-1]["val/psnr"])) != (steps, psnr):
        yield "curve.csv ends otherwise than the record says"


def _digest(folder: RunFolder, expected: str) -> Iterator[str]:
    with folder.weights.open("rb") as file:
        if hashlib.file_digest(file, "sha256").hexdigest() != expected:
            yield f"{folder.weights.name} has other bytes than the record says"


def _network(folder: RunFolder, untrained: bool, scale: int, trust: bool) -> nn.Module:
    return Bicubic(scale) if untrained else weights.load(folder.weights, trust=trust)[0]


def _scores(folder: RunFolder, network: nn.Module, scale: int, data: Path) -> Iterator[str]:
    """Take the scores of the smallest test set again, where its pictures are at hand."""
    rows = folder.rows("scores.csv")
    names = {row["dataset"] for row in rows}
    known = [each for each in map(_known, sorted(names)) if each is not None]
    if not known:
        return
    smallest = min(known, key=lambda each: len(each.files))
    before = {
        (row["image"], row["protocol"]): float(row["psnr"])
        for row in rows
        if row["dataset"] == smallest.name
    }
    limit = len({image for image, _ in before})
    torch.set_num_threads(folder.status().get("threads") or torch.get_num_threads())
    for protocol in sorted({protocol for _, protocol in before}):
        for row in score(network, [smallest], data, protocol, scale, limit):
            was = before[row["image"], protocol]
            if abs(row["psnr"] - was) > EQUAL:
                yield f"{row['image']} scores {row['psnr']:.4f} dB by {protocol}, not {was:.4f}"


def _known(name: str) -> PictureSet | None:
    try:
        return picture_set(name)
    except UserError:  # a folder of the user's own
        return None
