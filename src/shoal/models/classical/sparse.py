"""ScSR: an LR patch and its HR patch share a sparse code, each over its own dictionary."""

from collections.abc import Callable, Sequence
from functools import partial

import torch
from torch import Tensor

from shoal.models.blocks import at_least
from shoal.models.channels import LUMA
from shoal.models.classical.consistency import REACH, back_projected
from shoal.models.classical.gradients import fitted_projection, listed, windows
from shoal.models.classical.lasso import BLOCK, codes, learned, of_unit_norm
from shoal.models.classical.patches import cut, laid
from shoal.models.classical.views import no_detail
from shoal.models.fitted import WINDOW, FittedModel, Pair, Progress, Stages, Tensors
from shoal.pictures.resample import upscale

MIDDLE = 2  # LR is enlarged by this factor for its gradients, whatever the scale
LEARNING = 0.15  # the lasso's penalty while the dictionaries are learned
ROUNDS, ROUGHLY = 6, 15  # rounds of learning, and the lasso's steps in each
FLAT = 0.0124  # root mean square of patches that are too flat to learn from: 3 levels of 255
Drawn = Callable[[], tuple[Tensor, Tensor]]  # draws the samples, the same each time
RIDGE = 1e-3  # of the HR dictionary, in units of the mean square of an atom's codes


class ScSR(FittedModel):
    """Codes the gradients of an LR patch by the lasso, and applies the code to HR atoms.

    Yang, Wright, Huang, Ma, "Image Super-Resolution as Sparse Representation of Raw Image
    Patches", CVPR 2008, and "Image Super-Resolution via Sparse Representation", TIP 2010, from
    memory of the papers: first and second derivatives of LR at twice its size in windows of 3 x 3
    LR pixels; both dictionaries learned together; HR patches less the LR patch's mean; overlapping
    patches averaged. Other than in the papers, gradients are projected to 99.9 % of their energy,
    which speeds the lasso up; the lasso is solved by FISTA, and atoms by least squares. Once the LR
    dictionary is learned, the HR one is fitted to the lasso's codes by least squares, as Zeyde et
    al. 2010 do, instead of a rule of thumb for the contrast.

    Args:
        scale: the factor, an integer >= 2.
        atoms: of each dictionary.
        samples: patches that the dictionaries are learned from, about.
        penalty: of the lasso, for features of unit norm.
        steps: of the lasso.
        projections: rounds of back-projection after it; 0: none.
        channels: 1: luma alone.

    Raises:
        UserError: a count is too small.
    """

    projection: Tensor
    lr_atoms: Tensor
    hr_atoms: Tensor
    stages = ("features", "atoms", "hr atoms")

    def __init__(
        self,
        scale: int,
        atoms: int,
        samples: int,
        penalty: float,
        steps: int,
        projections: int,
        channels: int = LUMA,
    ) -> None:
        super().__init__(scale, channels)
        at_least(1, atoms=atoms, samples=samples, steps=steps)
        at_least(0, projections=projections)
        self.atoms, self.samples, self.penalty, self.steps = atoms, samples, penalty, steps
        self.projections = projections
        self.hold("projection", "lr_atoms", "hr_atoms")

    def forward(self, lr: Tensor) -> Tensor:
        """Map LR luma `(N, 1, h, w)` in [0, 1] to SR luma `(N, 1, scale * h, scale * w)`."""
        features, mean = self._seen(lr, self.projection)
        unit, norm = of_unit_norm(features)
        blocks = (
            codes(block, self.lr_atoms, self.penalty, self.steps)
            for block in torch.split(unit, BLOCK)
        )
        values = torch.cat([code @ self.hr_atoms for code in blocks])
        values = values * norm + mean
        sr = laid(values, lr, self.scale, WINDOW)
        return back_projected(sr, lr, self.scale, self.projections)

    def _seen(self, lr: Tensor, projection: Tensor) -> tuple[Tensor, Tensor]:
        """Features `(n, d)` of the patches around all LR pixels, and the patches' means."""
        mean = listed(cut(lr, 1, WINDOW)).mean(dim=1, keepdim=True)
        return windows(upscale(lr, MIDDLE), MIDDLE) @ projection, mean

    def solve(self, pictures: Sequence[Pair], seed: int, stages: Stages) -> Tensors:
        """The projection, the LR dictionary, then the HR dictionary for the lasso's codes."""
        tensors = stages("features", partial(self._projection, pictures))
        projection = tensors["projection"]
        drawn = partial(self._drawn, pictures, seed, projection)
        tensors = tensors | stages("atoms", partial(self._lr_atoms, drawn, seed))
        return tensors | stages("hr atoms", partial(self._hr_atoms, drawn, tensors["lr_atoms"]))

    def _projection(self, pictures: Sequence[Pair], progress: Progress) -> Tensors:
        return {"projection": fitted_projection(pictures, MIDDLE, progress)}

    def _drawn(
        self, pictures: Sequence[Pair], seed: int, projection: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Features, and HR patches less the LR patch's mean, of random patches that aren't flat.

        Raises:
            UserError: all patches are flat.
        """
        generator = torch.Generator().manual_seed(seed)
        share = self.samples / sum(lr.numel() for lr, _ in pictures)
        parts = []
        for lr, hr in pictures:
            features, mean = self._seen(lr, projection)
            targets = listed(cut(hr, self.scale, WINDOW)) - mean
            kept = torch.rand(len(features), generator=generator) < share
            kept &= targets.square().mean(dim=1) > FLAT**2
            parts.append((features[kept], targets[kept]))
        features, targets = (torch.cat(each) for each in zip(*parts, strict=True))
        if not len(features):
            raise no_detail(pictures)
        return features, targets

    def _lr_atoms(self, drawn: Drawn, seed: int, progress: Progress) -> Tensors:
        features, targets = (of_unit_norm(each)[0] for each in drawn())
        joint = torch.cat([features, targets], dim=1) / 2**0.5
        generator = torch.Generator().manual_seed(seed)
        how = self.atoms, LEARNING, ROUNDS, ROUGHLY
        atoms = learned(joint, *how, generator, progress)[:, : features.shape[1]]
        return {"lr_atoms": of_unit_norm(atoms)[0]}

    def _hr_atoms(self, drawn: Drawn, atoms: Tensor, progress: Progress) -> Tensors:
        """The HR atoms by which the codes represent the HR patches best, by least squares."""
        features, targets = drawn()
        gram = features.new_zeros(len(atoms), len(atoms))
        moment = features.new_zeros(len(atoms), targets.shape[1])
        for number, rows in enumerate(torch.split(torch.arange(len(features)), BLOCK)):
            unit, norm = of_unit_norm(features[rows])
            code = codes(unit, atoms, self.penalty, self.steps) * norm
            gram.addmm_(code.T, code)
            moment.addmm_(code.T, targets[rows])
            progress(number + 1, -(-len(features) // BLOCK))
        ridge = RIDGE * gram.diagonal().mean() * torch.eye(len(atoms))
        return {"hr_atoms": torch.linalg.solve(gram + ridge, moment)}

    @property
    def reach(self) -> int:
        """Of the enlargement, a derivative, a window's patches, and back-projection."""
        return 2 + 1 + 2 * (WINDOW // 2) + REACH * self.projections

    @property
    def macs(self) -> int:
        """The projection, two products with the LR atoms in each step, one with the HR atoms."""
        lasso = 2 * self.steps * self.lr_atoms.numel()
        return self.projection.numel() + lasso + self.hr_atoms.numel()
