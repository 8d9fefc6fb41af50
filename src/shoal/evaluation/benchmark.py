"""Scores of a run's network on whole test pictures, one row per picture."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import nn

from shoal.data.catalog import PictureSet, verify
from shoal.evaluation.columns import Column
from shoal.evaluation.protocols import PROTOCOLS, scores
from shoal.models.channels import channels_of
from shoal.models.profile import device_of
from shoal.pictures.images import read
from shoal.system.progress import tracked

Score = dict[str, Any]


@torch.inference_mode()
def score(
    network: nn.Module,
    sets: Iterable[PictureSet],
    root: Path,
    protocol: str,
    scale: int,
    limit: int | None = None,
    columns: Sequence[Column] = (),
) -> list[Score]:
    """Score a network on test sets.

    Args:
        network: LR to SR, luma or RGB, in evaluation mode.
        sets: the test sets.
        root: the folder of the downloadable ones.
        protocol: `classic` or `rgb`.
        scale: of the network.
        limit: score only the first pictures of each set.
        columns: what else to say of each picture.

    Returns:
        Rows of dataset, image, protocol, psnr (dB), ssim, and the columns.

    Raises:
        UserError: a picture is missing, differs from the catalogue, or is too small.
    """
    rows, channels = [], channels_of(network)
    paths = list(_paths(sets, root, limit))
    for dataset, path in tracked(paths, f"scoring, {protocol}"):
        question = PROTOCOLS[protocol].question(read(path).pixels, scale, channels)
        sr = network(question.lr.to(device_of(network))).cpu()
        pair = PROTOCOLS[protocol].pair(sr, question, scale)
        psnr, ssim = scores(*pair)
        rows.append(
            {
                "dataset": dataset,
                "image": path.stem,
                "protocol": protocol,
                "psnr": psnr,
                "ssim": ssim,
                **{column.name: column.value(*pair) for column in columns},
            }
        )
    return rows


def _paths(sets: Iterable[PictureSet], root: Path, limit: int | None) -> Iterator[tuple[str, Path]]:
    for pictures in sets:
        for path in verify(pictures, root)[:limit]:
            yield pictures.name, path
