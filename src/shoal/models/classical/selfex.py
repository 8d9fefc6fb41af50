"""Self-examples: a picture's detail taken from its own patches at a smaller scale."""

import math
from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from shoal.errors import UserError
from shoal.models.blocks import at_least
from shoal.models.channels import LUMA
from shoal.models.fitted import FittedModel, Pair, Stages, Tensors
from shoal.pictures.resample import resize
from shoal.pictures.traced import mirrored

STEP = 1.25  # factor by which a picture grows at a time, about
STRIDE = 2  # pixels between the patches that are looked up
DISTANCES = 2**25  # between patches and examples, in memory at a time: 128 MiB
LEAST = 4  # least side to which a picture is shrunk, pixels
TYPICAL = 128  # side of the LR picture for which the cost is stated, pixels


class SelfEx(FittedModel):
    """Grows a picture in small steps, each with the detail of the picture's own similar patches.

    After Glasner, Bagon, Irani, "Super-Resolution from a Single Image", ICCV 2009. In each step of
    about 1.25 the picture is enlarged by bicubic interpolation. Around every second pixel of every
    second row, the `neighbours` most similar patches are searched in a blurred LR picture, which
    lacks what such a step loses. The detail that is missing there is added, weighted by similarity
    and averaged where patches overlap; then back-projection makes the picture agree with LR. Left
    out of the paper: the constraints of patches that recur within one scale (its classical
    super-resolution part), and their joint solution. It learns nothing from other pictures.

    Args:
        scale: the factor, an integer >= 2.
        side: of a patch in pixels, odd.
        neighbours: similar patches whose detail is averaged for a patch.
        tolerance: root mean square difference of two patches, in [0, 1], at which the weight has
            fallen to 1 / e.
        projections: rounds of back-projection after each step.
        channels: 1: luma alone.

    Raises:
        UserError: a count is too small, or `side` is even.
    """

    def __init__(
        self,
        scale: int,
        side: int,
        neighbours: int,
        tolerance: float,
        projections: int,
        channels: int = LUMA,
    ) -> None:
        super().__init__(scale, channels)
        at_least(1, side=side, neighbours=neighbours)
        at_least(0, projections=projections)
        if side % 2 == 0:
            raise UserError(f"side={side} has no middle pixel: take an odd one")
        self.side, self.neighbours, self.tolerance = side, neighbours, tolerance
        self.projections = projections
        self.steps = max(1, round(math.log(scale, STEP)))

    def solve(self, pictures: Sequence[Pair], seed: int, stages: Stages) -> Tensors:
        """Nothing: every picture is its own example."""
        return {}

    def forward(self, lr: Tensor) -> Tensor:
        """Map LR luma `(N, 1, h, w)` in [0, 1] to SR luma `(N, 1, scale * h, scale * w)`."""
        return torch.cat([self._grown(picture) for picture in torch.split(lr, 1)])

    def _grown(self, lr: Tensor) -> Tensor:
        """One picture `(1, 1, h, w)` through all sizes."""
        examples, details = self._examples(lr)
        sr = lr
        for step in range(1, self.steps + 1):
            factor = self.scale ** (step / self.steps)
            sr = resize(sr, *(round(length * factor) for length in lr.shape[-2:]))
            sr = sr + self._detail(sr, examples, details)
            for _ in range(self.projections):
                sr = sr + resize(lr - resize(sr, *lr.shape[-2:]), *sr.shape[-2:])
        return sr

    def _examples(self, lr: Tensor) -> tuple[Tensor, Tensor]:
        """Patches of LR blurred as by a step, and of what that loses, `(n, side^2)` each."""
        factor = self.scale ** (1 / self.steps)
        size = [max(LEAST, round(length / factor)) for length in lr.shape[-2:]]
        coarse = resize(resize(lr, *size), *lr.shape[-2:])
        return centred(self._patches(coarse)), self._patches(lr - coarse)

    def _patches(self, picture: Tensor, stride: int = 1) -> Tensor:
        """The patches around pixels, `(n, side^2)`, edges mirrored."""
        return F.unfold(mirrored(picture, self.side // 2), self.side, stride=stride)[0].T

    def _detail(self, picture: Tensor, examples: Tensor, details: Tensor) -> Tensor:
        """The detail to add to the picture, as large as the picture."""
        patches = centred(self._patches(picture, STRIDE))
        blocks = torch.split(patches, max(1, DISTANCES // len(examples)))
        found = torch.cat([self._found(block, examples, details) for block in blocks])
        height, width = (length + 2 * (self.side // 2) for length in picture.shape[-2:])
        total = F.fold(found.T[None], (height, width), self.side, stride=STRIDE)
        count = F.fold(torch.ones_like(found.T[None]), (height, width), self.side, stride=STRIDE)
        margin = self.side // 2
        return (total / count.clamp(min=1))[..., margin : height - margin, margin : width - margin]

    def _found(self, patches: Tensor, examples: Tensor, details: Tensor) -> Tensor:
        """The weighted detail of the examples nearest to each patch, `(n, side^2)`."""
        squares = examples.square().sum(dim=1)
        distances = torch.addmm(squares, patches, examples.T, alpha=-2)
        count = min(self.neighbours, len(examples))
        nearest, which = distances.topk(count, dim=1, largest=False)
        # Relative to the nearest one, whose weight would else vanish if it is far.
        excess = (nearest - nearest[:, :1]) / self.side**2
        weights = torch.softmax(-excess / self.tolerance**2, dim=1)
        return torch.einsum("nk,nkd->nd", weights, details[which])

    @property
    def reach(self) -> None:
        """The whole picture is searched."""

    @property
    def macs(self) -> int:
        """For a picture of 128 x 128 LR pixels; the cost per pixel grows with the picture."""
        sizes = (self.scale ** (2 * step / self.steps) for step in range(1, self.steps + 1))
        return round(TYPICAL**2 * self.side**2 * sum(sizes) / STRIDE**2)


def centred(patches: Tensor) -> Tensor:
    """Patches `(n, d)` without their mean: the same edge, brighter or darker, is an example."""
    return patches - patches.mean(dim=1, keepdim=True)
