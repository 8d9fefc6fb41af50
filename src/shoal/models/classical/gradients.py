"""Features of LR patches: derivatives of the bicubic enlargement, projected by a PCA.

Zeyde, Elad, Protter 2010, as used by Timofte et al.: first and second derivatives along both axes
in windows of 3 x 3 LR pixels, and an uncentred PCA.
"""

from collections.abc import Sequence

import torch
from torch import Tensor

from shoal.models.classical.patches import cut
from shoal.models.classical.views import no_detail, turned
from shoal.models.fitted import WINDOW, Pair, Progress
from shoal.pictures.resample import upscale
from shoal.pictures.traced import mirrored

ENERGY = 0.999  # share of the energy that the projection keeps
FLAT = 1e-6  # root mean square norm of windows that hold nothing but rounding errors
BORDER = 1  # LR pixels at the edges, which are mirrored, that nothing is fitted to


def windows(enlarged: Tensor, scale: int) -> Tensor:
    """The derivatives around each LR pixel, `(n, 4 * (3 * scale)^2)`.

    Args:
        enlarged: the bicubic enlargement, `(N, 1, scale * h, scale * w)`.
        scale: the factor.
    """
    height, width = enlarged.shape[-2:]
    padded = mirrored(enlarged, scale)
    before, after = scale // 2, scale - scale // 2  # unequal where s + 1 pixels have no middle

    def moved(down: int, across: int) -> Tensor:
        rows = padded.narrow(-2, scale + down, height)
        return rows.narrow(-1, scale + across, width)

    derivatives = (
        moved(0, -before) - moved(0, after),
        moved(-before, 0) - moved(after, 0),
        (moved(0, -scale) + moved(0, scale)) / 2 - enlarged,
        (moved(-scale, 0) + moved(scale, 0)) / 2 - enlarged,
    )
    return torch.cat([listed(cut(each, scale, WINDOW)) for each in derivatives], dim=1)


def listed(patches: Tensor, border: int = 0) -> Tensor:
    """Patches `(N, d, h, w)` as samples `(n, d)`, without a border of LR pixels."""
    height, width = patches.shape[-2:]
    inner = patches[..., border : height - border, border : width - border]
    return inner.permute(0, 2, 3, 1).flatten(0, 2)


def samples(pair: Pair, scale: int, projection: Tensor) -> tuple[Tensor, Tensor]:
    """Features and targets of a training picture; targets are patches of HR less bicubic.

    Returns:
        `(n, d)` and `(n, (3 * scale)^2)`.
    """
    lr, hr = pair
    enlarged = upscale(lr, scale)
    features = windows(enlarged, scale).view(*lr.shape[-2:], -1)[None].permute(0, 3, 1, 2)
    return listed(features, BORDER) @ projection, listed(cut(hr - enlarged, scale, WINDOW), BORDER)


def drawn_from(
    pictures: Sequence[Pair],
    scale: int,
    projection: Tensor,
    count: int,
    forms: int,
    generator: torch.Generator,
) -> tuple[Tensor, Tensor]:
    """Features and targets, as by `samples`, of about `count` random places.

    Args:
        pictures: to draw from.
        scale: the factor.
        projection: of the features.
        count: of samples.
        forms: turned and mirrored forms of each picture, 1 to 8.
        generator: draws them.
    """
    share = count / (forms * sum(lr.numel() for lr, _ in pictures))
    parts = []
    for pair in pictures:
        for form in turned(pair, forms):
            features, targets = samples(form, scale, projection)
            kept = torch.rand(len(features), generator=generator) < share
            parts.append((features[kept], targets[kept]))
    features, targets = (torch.cat(each) for each in zip(*parts, strict=True))
    return features, targets


def fitted_projection(pictures: Sequence[Pair], scale: int, progress: Progress) -> Tensor:
    """The projection `(4 * (3 * scale)^2, d)` that keeps nearly all energy of the windows.

    Raises:
        UserError: the pictures are flat all over.
    """
    gram = torch.zeros(4 * (WINDOW * scale) ** 2, 4 * (WINDOW * scale) ** 2)
    for number, (lr, _) in enumerate(pictures):
        values = windows(upscale(lr, scale), scale)
        gram.addmm_(values.T, values)
        progress(number + 1, len(pictures))
    energies, axes = torch.linalg.eigh(gram.double())
    if energies.sum() <= FLAT**2 * sum(lr.numel() for lr, _ in pictures):
        raise no_detail(pictures)
    left_out = energies.cumsum(0) <= (1 - ENERGY) * energies.sum()
    return axes[:, ~left_out].float()
