"""The base of Timofte's methods: features of LR, a shared dictionary, patches added to bicubic.

Zeyde, Elad, Protter, "On Single Image Scale-Up Using Sparse-Representations", 2010; Timofte, De
Smet, Van Gool, ICCV 2013 and ACCV 2014. Numbers are those of the authors' code, as in
github.com/thomas-koehler/SupER.
"""

from abc import abstractmethod
from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from shoal.models.blocks import at_least
from shoal.models.channels import LUMA
from shoal.models.classical.dictionary import ksvd, partner
from shoal.models.classical.features import REACH, SIDE, derivatives, principal, samples
from shoal.models.classical.patches import overlaid
from shoal.models.classical.pursuit import in_blocks
from shoal.models.classical.views import no_detail
from shoal.models.fitted import WINDOW, FittedModel, Pair, Progress, Stages, Tensors
from shoal.pictures.resample import upscale
from shoal.pictures.traced import mirrored

ENERGY = 0.999  # share of the raw features' energy that their principal directions keep
NONZEROS, ROUNDS = 3, 20  # of K-SVD: atoms of a sample, and rounds
STEP = 2  # LR pixels between the samples of the dictionary
SAMPLES = 1 << 19  # of the dictionary, about, at most; T91 has fewer at any scale
FLAT = 1e-6  # norm of a feature that holds nothing but rounding errors
PIXELS = 8192  # LR pixels that are mapped at a time


class Timofte(FittedModel):
    """Maps a feature of each LR pixel to a patch; patches are averaged and added to bicubic.

    A feature has some 30 values, computed by one 9 x 9 convolution; a patch covers 3 x 3 LR pixels.

    Args:
        scale: the factor, an integer >= 2.
        atoms: of the dictionary.
        channels: 1: luma alone.

    Raises:
        UserError: there are no atoms.
    """

    stages: tuple[str, ...] = ("dictionary",)

    def __init__(self, scale: int, atoms: int, channels: int = LUMA) -> None:
        super().__init__(scale, channels)
        at_least(1, atoms=atoms)
        self.atoms = atoms
        self.hold("basis", "low")
        self.basis: Tensor  # LR surroundings to features, (81, d)
        self.low: Tensor  # atoms of features, (d, atoms)

    @property
    def reach(self) -> int:
        """Of the features, and of the patches over an SR pixel."""
        return REACH + WINDOW // 2

    @property
    def width(self) -> int:
        """The correlations of a feature with all atoms, and its patch several times."""
        return self.atoms + 4 * self.patch

    @property
    def patch(self) -> int:
        """The number of values of a patch."""
        return (WINDOW * self.scale) ** 2

    @property
    def macs(self) -> int:
        """The features, and the maps to patches."""
        return self.basis.numel() + self.patch_macs

    @property
    @abstractmethod
    def patch_macs(self) -> int:
        """Multiply-adds from a feature to its patch."""

    @abstractmethod
    def mapped(self, features: Tensor) -> Tensor:
        """Patches `(n, patch)` of features `(n, d)`."""

    def forward(self, lr: Tensor) -> Tensor:
        """Map LR luma `(N, 1, h, w)` in [0, 1] to `(N, 1, scale * h, scale * w)`, not clipped."""
        kernels = self.basis.T.reshape(-1, 1, SIDE, SIDE)
        features = F.conv2d(mirrored(lr, REACH), kernels)
        rows = features.permute(0, 2, 3, 1).flatten(0, 2)
        whole = torch.compiler.is_exporting()  # a graph for any size can't be cut into blocks
        blocks = [rows] if whole else torch.split(rows, PIXELS)
        patches = torch.cat([self.mapped(block) for block in blocks])
        count, _, height, width = features.shape
        patches = patches.view(count, height, width, self.patch).permute(0, 3, 1, 2)
        return upscale(lr, self.scale) + overlaid(patches.contiguous(), self.scale, WINDOW)

    def dictionary(self, pictures: Sequence[Pair], seed: int, stages: Stages) -> Tensors:
        """The dictionary that all these methods share: `basis`, `low`, and `high`, HR atoms.

        Raises:
            UserError: the pictures are flat all over.
        """
        facts = {"atoms": self.atoms, "seed": seed}

        def make(tell: Progress) -> Tensors:
            return _dictionary(pictures, self.scale, self.atoms, seed, tell)

        return stages.shared("dictionary", facts, make)


def _dictionary(
    pictures: Sequence[Pair], scale: int, atoms: int, seed: int, tell: Progress
) -> Tensors:
    generator = torch.Generator().manual_seed(seed)
    around, lacking = drawn(pictures, scale, generator)
    raw = derivatives(scale)
    moment = sum(block.double().T @ block.double() for block in torch.split(around, PIXELS))
    directions = principal(raw.T @ moment @ raw, ENERGY)
    basis = (raw @ directions).float()
    features = around @ basis
    if not (features.norm(dim=1) > FLAT).any():
        raise no_detail(pictures)
    low = ksvd(features, atoms, NONZEROS, ROUNDS, generator, tell)
    high = partner(*in_blocks(features, low, NONZEROS), lacking, atoms)
    return {"basis": basis, "low": low, "high": high}


def drawn(
    pictures: Sequence[Pair], scale: int, generator: torch.Generator, most: int = SAMPLES
) -> tuple[Tensor, Tensor]:
    """The samples of a dictionary, `(n, 81)` and `(n, (3 * scale)^2)`.

    Args:
        pictures: LR and HR.
        scale: the factor.
        generator: draws which are kept, if there are more than `most`.
        most: how many are kept, about.
    """
    around = [torch.empty(0, SIDE**2)]
    lacking = [torch.empty(0, (WINDOW * scale) ** 2)]
    share = most * STEP**2 / sum(lr.numel() for lr, _ in pictures)
    for inputs, targets in samples(pictures, scale, STEP):
        if share < 1:
            kept = torch.rand(len(inputs), generator=generator) < share
            inputs, targets = inputs[kept], targets[kept]
        around.append(inputs)
        lacking.append(targets)
    return torch.cat(around), torch.cat(lacking)
