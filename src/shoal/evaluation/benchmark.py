"""Scores of a network on whole test pictures, one row per picture."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from shoal.data.sets import PictureSet
from shoal.evaluation.columns import Column
from shoal.evaluation.metrics import psnr, ssim
from shoal.evaluation.protocols import PROTOCOLS
from shoal.evaluation.question import Question
from shoal.evaluation.questions import questions
from shoal.models.blocks import answer
from shoal.models.channels import channels_of
from shoal.models.precision import full_precision
from shoal.models.profile import device_of
from shoal.system.progress import tracked

Score = dict[str, Any]


@dataclass(frozen=True)
class Answered:
    """A test picture and a network's answer, on the device where it is scored.

    Attributes:
        dataset: the name of the picture's set.
        path: the picture's file.
        question: what the protocol asks about the picture.
        sr: the network's answer, `(1, C, H, W)` in [0, 1].
        branches: what each branch of an ensemble contributed to it.
    """

    dataset: str
    path: Path
    question: Question
    sr: Tensor
    branches: dict[str, Tensor]


@torch.inference_mode()
def score(
    network: nn.Module,
    sets: Iterable[PictureSet],
    root: Path,
    protocol: str,
    scale: int,
    limit: int | None = None,
    columns: Sequence[Column] = (),
    look: Callable[[Answered], object] = lambda answered: None,
    cache: Path | None = None,
) -> list[Score]:
    """Score a network on test sets, on the network's device.

    Args:
        network: LR to SR, luma or RGB, in evaluation mode.
        sets: the test sets.
        root: the folder of the downloadable sets.
        protocol: a key of `PROTOCOLS`.
        scale: of the network.
        limit: score only so many pictures of each set, the first ones.
        columns: further scores of each picture.
        look: called with each answered picture, so that no answer is computed twice.
        cache: the folder of decoded pictures, used where possible; None: decode the files.

    Returns:
        Rows of dataset, image, protocol, psnr (dB), ssim, and the columns.

    Raises:
        UserError: a picture is missing, differs from the catalogue, or is too small.
    """
    rows, values, kind = list[Score](), list[Tensor](), PROTOCOLS[protocol]
    how = protocol, scale, channels_of(network)
    asked = [
        (pictures.name, path, ask)
        for pictures in sets
        for path, ask in questions(pictures, root, *how, limit=limit, root=cache)
    ]
    for dataset, path, ask in tracked(asked, f"scoring, {protocol}"):
        answered = _answer(network, dataset, path, ask())
        sr, hr = kind.pair(answered.sr, answered.question, scale)
        values.append(torch.cat([psnr(sr, hr), ssim(sr, hr)]))
        rows.append(
            {"dataset": dataset, "image": path.stem, "protocol": protocol}
            # The metrics of torchmetrics were built on the CPU.
            | {column.name: column.value(sr.cpu(), hr.cpu()) for column in columns}
        )
        look(answered)
    both = torch.stack(values).tolist() if values else []  # one transfer for all
    order = ("dataset", "image", "protocol", "psnr", "ssim")
    filled = [row | {"psnr": p, "ssim": s} for row, (p, s) in zip(rows, both, strict=True)]
    return [{name: row[name] for name in order} | row for row in filled]


def _answer(network: nn.Module, dataset: str, path: Path, question: Question) -> Answered:
    device = device_of(network)
    with full_precision(device):
        sr, branches = answer(network, question.lr.to(device))
    if sr.device.type == "mps":  # which has no float64
        sr, branches = sr.cpu(), {name: each.cpu() for name, each in branches.items()}
    return Answered(dataset, path, replace(question, hr=question.hr.to(sr.device)), sr, branches)
