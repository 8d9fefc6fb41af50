"""Timofte's features: derivatives of the bicubic enlargement, around each LR pixel.

First and second derivatives over one and two LR pixels, vertical and horizontal, in a window of
3 x 3 LR pixels of the enlargement. They are linear and shift-invariant: a feature is a weighted sum
over the 9 x 9 LR pixels around its own, and the weights are the responses to impulses.
"""

import math
from collections.abc import Iterator, Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from shoal.models.classical.patches import cut
from shoal.models.fitted import WINDOW, Pair
from shoal.pictures.resample import downscale, resize, upscale
from shoal.pictures.traced import mirrored

REACH = 4  # LR pixels: 2 for bicubic, 1 for derivatives, 1 for the window
SIDE = 2 * REACH + 1
BORDER = 2  # LR pixels at the edges that no sample is centred on


def derivatives(scale: int) -> Tensor:
    """The weight of each LR pixel in each raw feature, `(81, 4 * (3 * scale)^2)`, float64."""
    field, middle = 2 * SIDE - 1, SIDE - 1
    impulses = torch.zeros(SIDE**2, 1, field, field, dtype=torch.float64)
    places = torch.arange(SIDE**2)
    rows, columns = (middle - REACH + each for each in (places // SIDE, places % SIDE))
    impulses[places, 0, rows, columns] = 1
    enlarged = upscale(impulses, scale)
    raw = [_middle(cut(each, scale, WINDOW), middle) for each in _filtered(enlarged, scale)]
    return torch.cat(raw, dim=1)


def _middle(values: Tensor, place: int) -> Tensor:
    return values[..., place, place]


def _filtered(picture: Tensor, scale: int) -> Iterator[Tensor]:
    """The four derivatives of a picture, each as large: [1 0 .. 0 -1] and [1 0 .. -2 .. 0 1] / 2.

    The first has scale + 1 taps. If that is even, it is off by half a pixel, as MATLAB's `conv2`.
    """
    first = torch.zeros(scale + 1, dtype=picture.dtype)
    first[0], first[-1] = 1, -1
    second = torch.zeros(2 * scale + 1, dtype=picture.dtype)
    second[0], second[scale], second[-1] = 0.5, -1, 0.5
    for taps in (first, second):
        size = len(taps)
        before, after = size - 1 - size // 2, size // 2
        flipped = taps.flip(0)  # a convolution, not a correlation
        for kernel, pad in (
            (flipped.view(1, 1, 1, -1), (before, after, 0, 0)),
            (flipped.view(1, 1, -1, 1), (0, 0, before, after)),
        ):
            yield F.conv2d(F.pad(picture, pad), kernel)


def surroundings(lr: Tensor) -> Tensor:
    """The 9 x 9 LR pixels around each, edges mirrored: `(1, 81, h, w)` of `(1, 1, h, w)`."""
    values = F.unfold(mirrored(lr, REACH), SIDE)
    return values.view(1, SIDE**2, *lr.shape[-2:])


def samples(
    pictures: Sequence[Pair], scale: int, step: int = 1, sizes: Sequence[float] = (1.0,)
) -> Iterator[tuple[Tensor, Tensor]]:
    """The samples of each picture: LR surroundings, and patches of HR less bicubic.

    Args:
        pictures: LR and HR.
        scale: the factor.
        step: LR pixels between samples.
        sizes: factors by which HR is reduced first; all pictures at one size, then at the next.

    Yields:
        `(n, 81)` and `(n, (3 * scale)^2)`, float32.
    """
    inner = slice(BORDER, -BORDER, step)
    for size in sizes:
        for index in range(len(pictures)):
            lr, hr = _at(pictures[index], scale, size)
            if min(lr.shape[-2:]) <= 2 * BORDER:
                continue
            lacking = cut(hr - upscale(lr, scale), scale, WINDOW)
            inside = [each[0, :, inner, inner].flatten(1).T for each in (surroundings(lr), lacking)]
            yield inside[0], inside[1]


def _at(pair: Pair, scale: int, size: float) -> Pair:
    """A pair as it is, or made from HR reduced by a factor."""
    if size == 1:
        return pair
    height, width = (math.ceil(length * size) for length in pair[1].shape[-2:])
    hr = resize(pair[1], height, width)[..., : height // scale * scale, : width // scale * scale]
    return downscale(hr, scale), hr


def principal(moment: Tensor, energy: float) -> Tensor:
    """Uncentred principal directions that keep a share of the energy, as columns `(n, d)`.

    Args:
        moment: second moments `(n, n)`, float64.
        energy: the share, e.g. 0.999.
    """
    values, vectors = torch.linalg.eigh(moment)
    lost = values.clamp(min=0).cumsum(0) / values.clamp(min=0).sum()
    kept = vectors[:, lost >= 1 - energy]
    # The sign of an eigenvector is arbitrary: its largest entry is made positive.
    largest = kept.gather(0, kept.abs().argmax(0, keepdim=True))
    return kept * largest.sign()
