"""Simple functions: one linear map from LR to HR for each cluster of LR patches."""

from collections.abc import Iterator, Sequence
from functools import partial

import torch
from torch import Tensor

from shoal.models.blocks import at_least
from shoal.models.channels import LUMA
from shoal.models.classical.clusters import kmeans, nearest
from shoal.models.classical.consistency import REACH, back_projected
from shoal.models.classical.patches import cut, laid
from shoal.models.classical.regressors import Normals, mapped
from shoal.models.classical.views import gathered, require_forms, turned
from shoal.models.fitted import WINDOW, FittedModel, Pair, Progress, Stages, Tensors

SIDE = 7  # of an LR patch in pixels; it predicts the HR pixels of its inner 3 x 3
CORNERS = (0, SIDE - 1, SIDE * (SIDE - 1), SIDE**2 - 1)
KEPT = [place for place in range(SIDE**2) if place not in CORNERS]  # 45 values of an LR patch
ROUNDS = 20  # of k-means


class Simple(FittedModel):
    """Clusters of LR patches, each with its own linear map to HR; HR patches are averaged.

    Yang and Yang, "Fast Direct Super-Resolution by Simple Functions", ICCV 2013: 7 x 7 LR pixels
    without the corners and without their mean, k-means, least squares with a constant. From
    memory of the paper, checked against one public re-implementation
    (github.com/TXZdream/super-resolution_hw). The paper makes LR by a Gaussian blur and
    subsampling, and has millions of patches from pictures of its own; here LR is bicubic, the
    pictures are the run's, and least squares have a small ridge.

    Args:
        scale: the factor, an integer >= 2.
        clusters: of LR patches, the paper's K.
        samples: LR patches for k-means, about.
        forms: turned and mirrored forms of each picture that the maps are fitted to, 1 to 8.
        ridge: added to the diagonal of each cluster's gram matrix.
        projections: rounds of back-projection after it; 0: none, as in the paper.
        channels: 1: luma alone.

    Raises:
        UserError: a count is too small, or `forms` is more than 8.
    """

    centres: Tensor
    maps: Tensor
    stages = ("centres", "maps")

    def __init__(
        self,
        scale: int,
        clusters: int,
        samples: int,
        forms: int,
        ridge: float,
        projections: int,
        channels: int = LUMA,
    ) -> None:
        super().__init__(scale, channels)
        at_least(1, clusters=clusters)
        require_forms(forms)
        at_least(clusters, samples=samples)
        at_least(0, projections=projections)
        self.clusters, self.samples, self.forms = clusters, samples, forms
        self.ridge, self.projections = ridge, projections
        self.hold("centres", "maps")

    def forward(self, lr: Tensor) -> Tensor:
        """Map LR luma `(N, 1, h, w)` in [0, 1] to SR luma `(N, 1, scale * h, scale * w)`."""
        features, mean = seen(lr)
        values = mapped(features, nearest(features, self.centres), self.maps) + mean
        sr = laid(values, lr, self.scale, WINDOW)
        return back_projected(sr, lr, self.scale, self.projections)

    def solve(self, pictures: Sequence[Pair], seed: int, stages: Stages) -> Tensors:
        """Centres by k-means, then the map of each."""
        centres = stages("centres", partial(self._centres, pictures, seed))
        return centres | stages("maps", partial(self._maps, pictures, centres["centres"]))

    def _centres(self, pictures: Sequence[Pair], seed: int, progress: Progress) -> Tensors:
        generator = torch.Generator().manual_seed(seed)
        share = self.samples / sum(lr.numel() for lr, _ in pictures)
        drawn = []
        for lr, _ in pictures:
            features, _ = seen(lr)
            drawn.append(features[torch.rand(len(features), generator=generator) < share])
        samples = torch.cat(drawn)
        return {"centres": kmeans(samples, self.clusters, ROUNDS, generator, progress)}

    def _maps(self, pictures: Sequence[Pair], centres: Tensor, progress: Progress) -> Tensors:
        normals = Normals(len(centres), len(KEPT), (WINDOW * self.scale) ** 2)
        for features, targets in gathered(self._samples(pictures, progress)):
            normals.add(features, targets, nearest(features, centres))
        return {"maps": normals.solved(self.ridge)}

    def _samples(
        self, pictures: Sequence[Pair], progress: Progress
    ) -> Iterator[tuple[Tensor, Tensor]]:
        for number, pair in enumerate(pictures):
            for lr, hr in turned(pair, self.forms):
                features, mean = seen(lr)
                yield features, cut(hr, self.scale, WINDOW).flatten(2)[0].T - mean
            progress(number + 1, len(pictures))

    @property
    def reach(self) -> int:
        """Of a patch, of the patches over an SR pixel, and of back-projection."""
        return SIDE // 2 + WINDOW // 2 + REACH * self.projections

    @property
    def macs(self) -> int:
        """Distances to the centres, and one map."""
        return self.centres.numel() + self.maps[0].numel()


def seen(lr: Tensor) -> tuple[Tensor, Tensor]:
    """The patches `(n, 45)` around all LR pixels less their means, and the means `(n, 1)`."""
    patches = cut(lr, 1, SIDE)[:, KEPT].permute(0, 2, 3, 1).reshape(-1, len(KEPT))
    mean = patches.mean(dim=1, keepdim=True)
    return patches - mean, mean
