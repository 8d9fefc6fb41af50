"""GR, ANR and A+: linear maps from features to patches, one for all or one for each anchor."""

from collections.abc import Sequence

import torch
from torch import Tensor

from shoal.errors import UserError
from shoal.models.blocks import at_least
from shoal.models.channels import LUMA
from shoal.models.classical.features import samples
from shoal.models.classical.regression import nearest, ridge
from shoal.models.classical.regressors import linear
from shoal.models.classical.timofte import Timofte
from shoal.models.fitted import Pair, Progress, Stages, Tensors

GR_LAMBDA = 0.1
NEIGHBOURS, ANR_LAMBDA = 40, 0.01  # of ANR
NEAREST, LAMBDA = 2048, 0.1  # of A+
PYRAMID = tuple(0.98**each for each in range(12))  # sizes at which A+ takes samples of a picture
WEAK = 0.1  # patches of features with a smaller norm aren't scaled by it
ANCHORS = 64  # anchors whose correlations with samples are in memory at a time


class GR(Timofte):
    """Global regression: one linear map, by ridge regression on the whole dictionary.

    Timofte, De Smet, Van Gool, "Anchored Neighborhood Regression", ICCV 2013. Arguments as in
    `Timofte`.
    """

    stages = ("dictionary", "regressors")

    def __init__(self, scale: int, atoms: int, channels: int = LUMA) -> None:
        super().__init__(scale, atoms, channels)
        self.hold("regressors")
        self.regressors: Tensor  # (anchors, d, patch); GR has one

    @property
    def patch_macs(self) -> int:
        """One linear map."""
        return len(self.basis.T) * self.patch

    def solve(self, pictures: Sequence[Pair], seed: int, stages: Stages) -> Tensors:
        """The dictionary, then the regressors."""
        found = self.dictionary(pictures, seed, stages)

        def make(tell: Progress) -> Tensors:
            return {"regressors": self.regressed(pictures, found, tell)}

        kept = {name: found[name] for name in ("basis", "low")}
        return kept | stages("regressors", make)

    def regressed(self, pictures: Sequence[Pair], found: Tensors, tell: Progress) -> Tensor:
        """The regressors `(anchors, d, patch)`.

        Args:
            pictures: as in `fit`.
            found: the dictionary: `basis`, `low` and `high`.
            tell: told how many regressors are done.
        """
        return (1 + GR_LAMBDA) * ridge(found["low"].T, found["high"].T, GR_LAMBDA)[None]

    def mapped(self, features: Tensor) -> Tensor:
        """Patches `(n, patch)` of features `(n, d)`."""
        return features @ self.regressors[0]


class ANR(GR):
    """Anchored neighbourhood regression: for each atom a map, fitted to the 40 most similar atoms.

    Source and arguments as in `GR`.
    """

    @property
    def patch_macs(self) -> int:
        """Correlations with all anchors, and one linear map."""
        return self.low.numel() + super().patch_macs

    def regressed(self, pictures: Sequence[Pair], found: Tensors, tell: Progress) -> Tensor:
        """The regressors `(anchors, d, patch)` of a dictionary."""
        low, high = found["low"].T, found["high"].T
        near = (low @ low.T).abs().topk(min(NEIGHBOURS, len(low)), dim=1).indices
        return torch.stack(
            [(1 + ANR_LAMBDA) * ridge(low[each], high[each], ANR_LAMBDA) for each in near]
        )

    def mapped(self, features: Tensor) -> Tensor:
        """Patches `(n, patch)` of features `(n, d)`."""
        anchor = (features @ self.low).abs().argmax(dim=1)
        return linear(features, anchor, self.regressors)


class APlus(ANR):
    """A+: for each atom a map, fitted to the 2048 nearest samples of a pyramid of the pictures.

    Timofte, De Smet, Van Gool, "A+: Adjusted Anchored Neighborhood Regression", ACCV 2014.

    Args:
        scale: the factor, an integer >= 2.
        atoms: of the dictionary.
        samples: how many are taken at most, the first ones of the pyramid.
        gigabytes: of 2^30 bytes, that the samples may take.
        channels: 1: luma alone.

    Raises:
        UserError: no sample would be kept.
    """

    def __init__(
        self, scale: int, atoms: int, samples: int, gigabytes: float, channels: int = LUMA
    ) -> None:
        super().__init__(scale, atoms, channels)
        at_least(1, samples=samples)
        if not gigabytes > 0:
            raise UserError(f"gigabytes={gigabytes} hold no sample: give more than 0")
        self.samples, self.gigabytes = samples, gigabytes

    def regressed(self, pictures: Sequence[Pair], found: Tensors, tell: Progress) -> Tensor:
        """The regressors `(anchors, d, patch)` of a dictionary."""
        features, patches = self.collected(pictures, found["basis"])
        anchors, regressors = found["low"].T, list[Tensor]()
        for block in torch.split(anchors, ANCHORS):
            for near in nearest(features, block, min(NEAREST, len(features))):
                regressors.append(ridge(features[near], patches[near], LAMBDA))
            tell(len(regressors), len(anchors))
        return torch.stack(regressors)

    def collected(self, pictures: Sequence[Pair], basis: Tensor) -> tuple[Tensor, Tensor]:
        """Unit features `(n, d)`, and patches `(n, patch)` of HR less bicubic, scaled alike."""
        size = basis.shape[1]
        fitting = int(self.gigabytes * 2**30 / 4 / (size + self.patch))
        # An upper bound, since pixels near borders give no sample; memory is reserved for as many.
        available = sum(lr.numel() for lr, _ in pictures) * sum(each**2 for each in PYRAMID)
        most = max(1, min(self.samples, fitting, int(available)))
        features, patches, count = torch.empty(most, size), torch.empty(most, self.patch), 0
        for around, lacking in samples(pictures, self.scale, sizes=PYRAMID):
            here = slice(count, min(most, count + len(around)))
            count, taken = here.stop, here.stop - here.start
            raw = around[:taken] @ basis
            norm = raw.norm(dim=1, keepdim=True)
            features[here] = raw / norm.clamp(min=torch.finfo(norm.dtype).eps)
            patches[here] = lacking[:taken] / torch.where(norm < WEAK, 1, norm)
            if count == most:
                break
        return features[:count], patches[:count]
