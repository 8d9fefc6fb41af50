"""RFL: a random forest whose leaves are linear maps from an LR patch's features to HR."""

from collections.abc import Sequence
from functools import partial

import torch
from torch import Tensor

from shoal.models.blocks import at_least
from shoal.models.channels import LUMA
from shoal.models.classical.consistency import REACH, back_projected
from shoal.models.classical.gradients import drawn_from, fitted_projection, windows
from shoal.models.classical.patches import laid
from shoal.models.classical.regressors import Normals, mapped
from shoal.models.classical.trees import Tree, descended, grow
from shoal.models.classical.views import generator_of, require_forms
from shoal.models.fitted import WINDOW, FittedModel, Pair, Progress, Stages, Tensors
from shoal.pictures.resample import upscale

BAG = 0.75  # share of the samples that a tree is grown on
PARTS = ("pairs", "thresholds", "children", "maps")  # buffers of a tree


class RFL(FittedModel):
    """Trees over gradient features with a ridge regression in each leaf; their answers' mean.

    Schulter, Leistner, Bischof, "Fast and Accurate Image Upscaling with Super-Resolution Forests",
    CVPR 2015. Features and overlapping patches are those of Timofte et al. For n features, a node
    tries sqrt(n) pairs of features, each with 5 random thresholds and the median, on 512 samples,
    and takes the split after which targets and features vary least. The numbers are those of the
    authors' code, as in a public fork of it. Left out: alternating regression forests (ARFL).

    Args:
        scale: the factor, an integer >= 2.
        trees: of the forest; the authors have 10.
        depth: of a tree, at most.
        leaf: samples of a leaf, at least.
        samples: that the forest is grown on, about; memory is proportional to it.
        forms: turned and mirrored forms of each picture that samples are drawn from, 1 to 8.
        ridge: added to the diagonal of each leaf's gram matrix.
        projections: rounds of back-projection after it; 0: none, as in the paper.
        channels: 1: luma alone.

    Raises:
        UserError: a count is too small, or `forms` is more than 8.
    """

    projection: Tensor

    def __init__(
        self,
        scale: int,
        trees: int,
        depth: int,
        leaf: int,
        samples: int,
        forms: int,
        ridge: float,
        projections: int,
        channels: int = LUMA,
    ) -> None:
        super().__init__(scale, channels)
        at_least(1, trees=trees, depth=depth, leaf=leaf, samples=samples)
        require_forms(forms)
        at_least(0, projections=projections)
        self.trees, self.depth, self.leaf = trees, depth, leaf
        self.samples, self.forms, self.ridge = samples, forms, ridge
        self.projections = projections
        self.stages = ("features", *(f"tree {number}" for number in range(trees)))
        self.hold("projection", *(f"{part}_{n}" for n in range(trees) for part in PARTS))

    def forward(self, lr: Tensor) -> Tensor:
        """Map LR luma `(N, 1, h, w)` in [0, 1] to SR luma `(N, 1, scale * h, scale * w)`."""
        enlarged = upscale(lr, self.scale)
        features = windows(enlarged, self.scale) @ self.projection
        values = torch.stack([self._mapped(features, n) for n in range(self.trees)]).mean(dim=0)
        sr = enlarged + laid(values, lr, self.scale, WINDOW)
        return back_projected(sr, lr, self.scale, self.projections)

    def _mapped(self, features: Tensor, number: int) -> Tensor:
        """What one tree makes of each patch, `(n, (3 * scale)^2)`."""
        pairs, thresholds, children, maps = (self._part(part, number) for part in PARTS)
        leaf = descended(features, Tree(pairs, thresholds, children), self.depth)
        return mapped(features, leaf, maps)

    def _part(self, part: str, number: int) -> Tensor:
        return self.get_buffer(f"{part}_{number}")

    def solve(self, pictures: Sequence[Pair], seed: int, stages: Stages) -> Tensors:
        """The projection of the features, then one tree after another."""
        tensors = stages("features", partial(self._projection, pictures))
        drawn: list[Tensor] = []  # the samples, drawn by the first tree that has to be made
        for number in range(self.trees):
            make = partial(self._tree, pictures, seed, number, tensors["projection"], drawn)
            tensors = tensors | stages(f"tree {number}", make)
        return tensors

    def _projection(self, pictures: Sequence[Pair], progress: Progress) -> Tensors:
        return {"projection": fitted_projection(pictures, self.scale, progress)}

    def _tree(
        self,
        pictures: Sequence[Pair],
        seed: int,
        number: int,
        projection: Tensor,
        drawn: list[Tensor],
        progress: Progress,
    ) -> Tensors:
        """A tree on its share of the samples, and the map of each of its leaves."""
        if not drawn:
            count, generator = self.samples, generator_of(seed, 0)
            both = drawn_from(pictures, self.scale, projection, count, self.forms, generator)
            weight = balance(*(each.shape[1] for each in both))
            drawn.append(torch.cat([both[0], both[1].mul_(weight)], dim=1))
        generator = generator_of(seed, number + 1)
        count, inputs = len(drawn[0]), projection.shape[1]
        bag = torch.randperm(count, generator=generator)[: max(1, round(BAG * count))]
        chosen = drawn[0][bag]
        tree = grow(chosen, inputs, self.depth, self.leaf, generator)
        maps = self._maps(chosen, inputs, tree)
        parts = (tree.pairs, tree.thresholds, tree.children, maps)
        progress(1, 1)
        return {f"{part}_{number}": each for part, each in zip(PARTS, parts, strict=True)}

    def _maps(self, chosen: Tensor, inputs: int, tree: Tree) -> Tensor:
        features, targets = chosen[:, :inputs], chosen[:, inputs:]
        weight = balance(inputs, targets.shape[1])
        leaf = descended(features, tree, self.depth)
        normals = Normals(int(leaf.max()) + 1, inputs, targets.shape[1])
        normals.add(features, targets / weight, leaf)
        return normals.solved(self.ridge)

    @property
    def reach(self) -> int:
        """Of the enlargement, a derivative, a window's patches, and back-projection."""
        return 2 + 1 + 2 * (WINDOW // 2) + REACH * self.projections

    @property
    def macs(self) -> int:
        """The projection, and each tree's map."""
        maps = sum(self._part("maps", n)[0].numel() for n in range(self.trees))
        return self.projection.numel() + maps


def balance(inputs: int, outputs: int) -> float:
    """The factor by which targets count as much as features in the choice of splits."""
    return (inputs / outputs) ** 0.5
