"""Methods that code features over a dictionary: sparsely, or by nearest neighbours."""

from abc import abstractmethod
from collections.abc import Sequence

import torch
from torch import Tensor

from shoal.errors import UserError
from shoal.models.blocks import at_least
from shoal.models.channels import LUMA
from shoal.models.classical.pursuit import pursue
from shoal.models.classical.timofte import NONZEROS, Timofte
from shoal.models.fitted import Pair, Stages, Tensors

TOLERANCE = 1e-4  # share of the trace that is added to the diagonal of a local covariance
SWEEPS = 60  # over the coefficients, after which non-negative least squares has converged


class Coded(Timofte):
    """A feature is coded over LR atoms, and the code applied to HR atoms.

    Arguments as in `Timofte`.
    """

    def __init__(self, scale: int, atoms: int, channels: int = LUMA) -> None:
        super().__init__(scale, atoms, channels)
        self.hold("high")
        self.high: Tensor  # atoms of patches, (patch, atoms)

    def solve(self, pictures: Sequence[Pair], seed: int, stages: Stages) -> Tensors:
        """The dictionary."""
        return self.dictionary(pictures, seed, stages)

    def mapped(self, features: Tensor) -> Tensor:
        """Patches `(n, patch)` of features `(n, d)`."""
        indices, coefficients = self.code(features)
        table = self.high.T
        parts = zip(indices.unbind(1), coefficients.unbind(1), strict=True)
        return torch.stack([table[index] * share[:, None] for index, share in parts]).sum(0)

    @abstractmethod
    def code(self, features: Tensor) -> tuple[Tensor, Tensor]:
        """Indices of atoms and their coefficients, `(n, k)` both."""


class Zeyde(Coded):
    """Orthogonal matching pursuit, three atoms.

    Zeyde, Elad, Protter, "On Single Image Scale-Up Using Sparse-Representations", 2010.
    """

    @property
    def patch_macs(self) -> int:
        """Correlations with all atoms three times, and three atoms of patches."""
        return NONZEROS * (self.low.numel() + self.patch)

    def code(self, features: Tensor) -> tuple[Tensor, Tensor]:
        """Indices of atoms and their coefficients, `(n, 3)` both."""
        return pursue(features, self.low, NONZEROS)


class Neighbours(Coded):
    """A feature is coded over the atoms that it correlates with most.

    As in Timofte et al., ICCV 2013, after Chang, Yeung, Xiong, CVPR 2004 (locally linear embedding)
    and Bevilacqua et al., BMVC 2012 (non-negative least squares).

    Args:
        scale: the factor, an integer >= 2.
        atoms: of the dictionary.
        neighbours: atoms of a code.
        channels: 1: luma alone.

    Raises:
        UserError: there are no neighbours, or more neighbours than atoms.
    """

    def __init__(self, scale: int, atoms: int, neighbours: int, channels: int = LUMA) -> None:
        super().__init__(scale, atoms, channels)
        at_least(1, neighbours=neighbours)
        if neighbours > atoms:
            raise UserError(f"neighbours={neighbours} of atoms={atoms}: take more atoms")
        self.neighbours = neighbours

    @property
    def patch_macs(self) -> int:
        """Correlations, the neighbours' gram matrix, its elimination, and their patches."""
        count, size = self.neighbours, len(self.low)
        return self.low.numel() + count**2 * size + count**3 // 3 + count * self.patch

    def code(self, features: Tensor) -> tuple[Tensor, Tensor]:
        """Indices of atoms and their coefficients, `(n, neighbours)` both."""
        indices = (features @ self.low).abs().topk(self.neighbours, dim=1).indices
        return indices, self.weights(features, self.low.T[indices])

    @abstractmethod
    def weights(self, features: Tensor, near: Tensor) -> Tensor:
        """Coefficients `(n, k)` of features `(n, d)` over their neighbours `(n, k, d)`."""


class NELLE(Neighbours):
    """Weights that sum to 1, as locally linear embedding has them; arguments as in `Neighbours`."""

    def weights(self, features: Tensor, near: Tensor) -> Tensor:
        """Coefficients `(n, k)` of neighbours `(n, k, d)` of features `(n, d)`."""
        apart = near - features[:, None]
        covariance = apart @ apart.transpose(1, 2)
        trace = covariance.diagonal(dim1=1, dim2=2).sum(1)
        # The trace is never zero: for a zero feature it is that of the atoms.
        covariance.diagonal(dim1=1, dim2=2).add_(TOLERANCE * trace[:, None])
        ones = torch.ones_like(covariance[..., :1])
        found = torch.linalg.solve(covariance, ones)[..., 0]
        return found / found.sum(1, keepdim=True)


class NENNLS(Neighbours):
    """Weights that are not negative; arguments as in `Neighbours`."""

    @property
    def patch_macs(self) -> int:
        """As with elimination, but by sweeps."""
        count = self.neighbours
        return super().patch_macs - count**3 // 3 + SWEEPS * count**2

    def weights(self, features: Tensor, near: Tensor) -> Tensor:
        """Coefficients `(n, k)` of neighbours `(n, k, d)` of features `(n, d)`."""
        gram = near @ near.transpose(1, 2)
        wanted = (near @ features[..., None])[..., 0]
        found = torch.zeros_like(wanted)
        for _ in range(SWEEPS):  # coordinate descent: each coefficient's optimum given the others
            for each in range(found.shape[1]):
                slope = wanted[:, each] - (gram[:, each] * found).sum(1)
                found[:, each] = (found[:, each] + slope / gram[:, each, each]).clamp(min=0)
        return found
