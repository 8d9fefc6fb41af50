"""Freeman's Markov random field of training patches that fit LR and each other."""

from collections.abc import Sequence
from functools import partial

import torch
import torch.nn.functional as F
from torch import Tensor

from shoal.models.blocks import at_least
from shoal.models.channels import LUMA
from shoal.models.classical.consistency import back_projected
from shoal.models.classical.grid import (
    MIDDLE,
    PITCH,
    SIDE,
    disagreement,
    grid_of,
    laid,
    on_grid,
)
from shoal.models.classical.propagation import most_likely
from shoal.models.fitted import FittedModel, Pair, Progress, Stages, Tensors
from shoal.pictures.resample import upscale
from shoal.pictures.traced import mirrored

BLOCK = 512  # patches whose distances to all examples are in memory at a time
FAINT = 0.01  # added to a contrast that is divided by, so that noise isn't amplified


class Freeman(FittedModel):
    """Chooses a training patch for each place, so that it fits LR and its neighbours.

    Freeman, Pasztor, Carmichael, "Learning Low-Level Vision", IJCV 2000, from memory of the paper.
    Each 7 x 7 patch of the bicubic enlargement's middle band is compared with those of the training
    pictures, all divided by their local contrast, which gives `candidates` for the 5 x 5 patch of
    detail. These overlap by one pixel on a grid, where belief propagation weighs how well each fits
    LR and how well it agrees with its neighbours. Both costs are squared differences, which equal
    the paper's Gaussians; the paper filters its middle band differently.

    Args:
        scale: the factor, an integer >= 2.
        examples: patches of the training pictures, about.
        candidates: for each patch.
        agreement: weight of squared differences where patches overlap, relative to the band's.
        rounds: of belief propagation; 0: the nearest example is taken.
        projections: rounds of back-projection after it; 0: none, as in the paper.
        channels: 1: luma alone.

    Raises:
        UserError: a count is too small.
    """

    bands: Tensor
    details: Tensor
    stages = ("examples",)

    def __init__(
        self,
        scale: int,
        examples: int,
        candidates: int,
        agreement: float,
        rounds: int,
        projections: int,
        channels: int = LUMA,
    ) -> None:
        super().__init__(scale, channels)
        at_least(1, examples=examples, candidates=candidates)
        at_least(0, rounds=rounds, projections=projections)
        self.examples, self.candidates, self.agreement = examples, candidates, agreement
        self.rounds, self.projections = rounds, projections
        self.hold("bands", "details")

    def forward(self, lr: Tensor) -> Tensor:
        """Map LR luma `(N, 1, h, w)` in [0, 1] to SR luma `(N, 1, scale * h, scale * w)`."""
        sr = torch.cat([self._answered(picture) for picture in torch.split(lr, 1)])
        return back_projected(sr, lr, self.scale, self.projections)

    def _answered(self, lr: Tensor) -> Tensor:
        """One picture `(1, 1, h, w)`."""
        enlarged = upscale(lr, self.scale)
        grid = grid_of(enlarged.shape[-2:])
        patches, contrast = contrasted(on_grid(band(enlarged, self.scale), grid))
        found = [self._found(block) for block in torch.split(patches, BLOCK)]
        costs, which = (torch.cat(each).view(*grid, -1) for each in zip(*found, strict=True))
        contrast = contrast.view(*grid, 1)
        details = self.details[which] * contrast[..., None]  # (rows, columns, candidates, 25)
        chosen = self._chosen(costs * contrast.square(), details.view(*grid, -1, SIDE, SIDE))
        best = details.gather(2, chosen[..., None, None].expand(-1, -1, 1, SIDE**2))
        return enlarged + laid(best.flatten(0, 2), grid, enlarged.shape[-2:])

    def _found(self, patches: Tensor) -> tuple[Tensor, Tensor]:
        """Squared distances to the nearest examples, and their indices, nearest first."""
        squares = self.bands.square().sum(dim=1)
        distances = torch.addmm(squares, patches, self.bands.T, alpha=-2)
        count = min(self.candidates, len(self.bands))
        nearest, which = distances.topk(count, dim=1, largest=False)
        return nearest + patches.square().sum(dim=1, keepdim=True), which

    def _chosen(self, evidence: Tensor, details: Tensor) -> Tensor:
        """The index of the chosen candidate at each place, `(rows, columns)`."""
        left, right = details[..., 0], details[..., -1]
        top, bottom = details[..., 0, :], details[..., -1, :]
        across = self.agreement * disagreement(right[:, :-1], left[:, 1:])
        down = self.agreement * disagreement(bottom[:-1], top[1:])
        return most_likely(evidence, across, down, self.rounds)

    def solve(self, pictures: Sequence[Pair], seed: int, stages: Stages) -> Tensors:
        """Bands and details of patches drawn from all pictures."""
        return stages("examples", partial(self._examples, pictures, seed))

    def _examples(self, pictures: Sequence[Pair], seed: int, progress: Progress) -> Tensors:
        generator = torch.Generator().manual_seed(seed)
        share = self.examples / sum(hr.numel() for _, hr in pictures)
        parts = []
        for number, (lr, hr) in enumerate(pictures):
            enlarged = upscale(lr, self.scale)
            kept = torch.rand(hr.numel(), generator=generator) < share
            bands = F.unfold(mirrored(band(enlarged, self.scale), MIDDLE // 2), MIDDLE)[0].T[kept]
            patches, contrast = contrasted(bands)
            details = F.unfold(mirrored(hr - enlarged, SIDE // 2), SIDE)[0].T[kept]
            parts.append((patches, details / contrast))
            progress(number + 1, len(pictures))
        bands, details = (torch.cat(each) for each in zip(*parts, strict=True))
        return {"bands": bands, "details": details}

    @property
    def reach(self) -> None:
        """The whole picture, since beliefs propagate over it."""

    @property
    def macs(self) -> int:
        """Of the search: distances to all examples."""
        return self.bands.numel() * self.scale**2 // PITCH**2


def band(enlarged: Tensor, scale: int) -> Tensor:
    """The middle band of a bicubic enlargement: what is left without its local mean."""
    return enlarged - F.avg_pool2d(mirrored(enlarged, scale), 2 * scale + 1, stride=1)


def contrasted(patches: Tensor) -> tuple[Tensor, Tensor]:
    """Patches `(n, d)` divided by their contrast, and the contrast `(n, 1)`."""
    contrast = patches.square().mean(dim=1, keepdim=True).sqrt() + FAINT
    return patches / contrast, contrast
