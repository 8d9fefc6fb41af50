"""Linear maps for groups of samples, fitted by ridge regression and applied by look-up."""

import torch
import torch.nn.functional as F
from torch import Tensor


class Normals:
    """The normal equations of a regression for each group, summed over blocks of samples.

    Args:
        groups: how many there are.
        inputs: values of a sample; each regression adds a constant.
        outputs: values that a sample is mapped to.
    """

    def __init__(self, groups: int, inputs: int, outputs: int) -> None:
        self.gram = torch.zeros(groups, inputs + 1, inputs + 1)
        self.moment = torch.zeros(groups, inputs + 1, outputs)

    def add(self, features: Tensor, targets: Tensor, group: Tensor) -> None:
        """Add samples.

        Args:
            features: `(n, inputs)`.
            targets: `(n, outputs)`.
            group: of each, `(n,)`.
        """
        order = group.argsort(stable=True)
        counts = torch.bincount(group, minlength=len(self.gram)).tolist()
        blocks = [torch.split(each[order], counts) for each in (with_constant(features), targets)]
        for number, (x, y) in enumerate(zip(*blocks, strict=True)):
            if len(x):
                self.gram[number].addmm_(x.T, x)
                self.moment[number].addmm_(x.T, y)

    def solved(self, ridge: float) -> Tensor:
        """The maps `(groups, inputs + 1, outputs)`; zero for a group without samples.

        Args:
            ridge: added to the diagonal of each gram matrix, in units of the samples' squares.
        """
        maps = torch.empty_like(self.moment)
        identity = ridge * torch.eye(self.gram.shape[-1], dtype=torch.float64)
        for chunk in torch.split(torch.arange(len(maps)), 256):  # float64 of all would be large
            maps[chunk] = torch.linalg.solve(
                self.gram[chunk].double() + identity, self.moment[chunk].double()
            ).float()
        return maps


def with_constant(features: Tensor) -> Tensor:
    """Features `(n, inputs)` and a column of ones after them."""
    return F.pad(features, (0, 1), value=1.0)


def mapped(features: Tensor, group: Tensor, maps: Tensor) -> Tensor:
    """Apply the affine map of each sample's group.

    Args:
        features: `(n, inputs)`.
        group: of each, `(n,)`.
        maps: `(groups, inputs + 1, outputs)`.

    Returns:
        `(n, outputs)`.
    """
    return linear(with_constant(features), group, maps)


def linear(features: Tensor, group: Tensor, maps: Tensor) -> Tensor:
    """Apply the linear map of each sample's group.

    Computed as weighted sums of rows of a table, which needs no copy of a map per sample.

    Args:
        features: `(n, inputs)`.
        group: of each, `(n,)`.
        maps: `(groups, inputs, outputs)`.

    Returns:
        `(n, outputs)`.
    """
    inputs, outputs = maps.shape[1:]
    rows = group[:, None] * inputs + torch.arange(inputs, device=group.device)
    table = maps.reshape(-1, outputs)
    return F.embedding_bag(rows, table, mode="sum", per_sample_weights=features)
