"""Sample crops: a network's answer in the most detailed part of a picture."""

from collections.abc import Mapping
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor

from shoal.evaluation.strip import strip
from shoal.models.blocks import GREY
from shoal.pictures.colour import luma_levels
from shoal.pictures.images import write_png
from shoal.pictures.levels import to_pixels
from shoal.pictures.resample import upscale

SIDE = 144  # side of a crop in HR pixels, less if the picture is smaller


def detail(hr: Tensor, side: int, scale: int) -> tuple[int, int, int, int]:
    """The square with the most gradient energy.

    Args:
        hr: levels `(1, 1, H, W)`.
        side: of the square in pixels; less if the picture is smaller.
        scale: all edges of the square are multiples of it.

    Returns:
        Its top, bottom, left and right edges.
    """
    height, width = hr.shape[-2:]
    rows, columns = (min(side, size) // scale * scale for size in (height, width))
    across, down = F.pad(hr.diff(dim=-1), (0, 1)), F.pad(hr.diff(dim=-2), (0, 0, 0, 1))
    gradient = across.square() + down.square()
    energy = F.avg_pool2d(gradient.float(), (rows, columns), stride=scale)
    best = int(energy.flatten().argmax())
    top, left = (place * scale for place in divmod(best, energy.shape[-1]))
    return top, top + rows, left, left + columns


@torch.inference_mode()
def write_samples(
    lr: Tensor,
    hr: Tensor,
    sr: Tensor,
    branches: Mapping[str, Tensor],
    name: str,
    scale: int,
    folder: Path,
) -> dict[str, Path]:
    """Write crops of one picture, luma or colours, each to a file of its own and all to a strip.

    Args:
        lr: luma or RGB in [0, 1], `(1, C, h, w)`.
        hr: levels in 0..255, `(1, C, H, W)`.
        sr: the network's answer to LR, in [0, 1].
        branches: an ensemble's branches, shown too, the deep one around grey; else empty.
        name: how the names of the files begin.
        scale: of the network.
        folder: to write to.

    Returns:
        The files by kind: `bicubic`, `sr`, `hr`, for ensembles `shallow` and `deep`, and `strip`.
    """
    images = {"bicubic": upscale(lr.cpu(), scale) * 255}
    if branches:
        images["shallow"] = branches["shallow"].cpu() * 255
        images["deep"] = (branches["deep"].cpu() + GREY) * 255
    images["sr"] = sr.cpu() * 255
    images["hr"] = hr = hr.cpu()
    top, bottom, left, right = detail(luma_levels(hr), SIDE, scale)
    crops = {kind: to_pixels(image[..., top:bottom, left:right]) for kind, image in images.items()}
    files = {kind: folder / f"{name}-{kind}.png" for kind in crops}
    for kind, crop in crops.items():
        write_png(files[kind], crop)
    files["strip"] = folder / f"{name}.png"
    write_png(files["strip"], strip(crops))
    return files
