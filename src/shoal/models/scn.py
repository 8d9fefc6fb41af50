"""SCN: sparse coding of patches, unrolled into a network."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from shoal.errors import UserError
from shoal.models.blocks import GREY, at_least
from shoal.pictures.resample import upscale

LR_PATCH, HR_PATCH = 9, 5  # sides of the patches, HR pixels
FEATURES = 100  # of an LR patch
LAMBDA = 0.1  # penalty of the sparse coding problem that the initial weights solve
TINY = 1e-6  # a contrast far below one grey level of 255


class SCN(nn.Module):
    """Patches of the bicubic picture, their sparse code by LISTA, HR patches, their average.

    Wang, Liu, Yang, Han, Huang, "Deep Networks for Image Super-Resolution with Sparse Prior", ICCV
    2015: H = conv 9, 1->100; LISTA of W = conv 1, 100->n and S = conv 1, n->n; D = conv 1, n->25,
    patches of 5 x 5; G = conv 5, 25->1, which overlaps them; no biases. As in the authors' code
    (github.com/huangzehao/SCN_Matlab, its python_iccv) features and patches have unit norm, and an
    HR patch gets mean and contrast of the LR patch below it.

    Args:
        scale: the factor, an integer >= 2.
        atoms: of the dictionary, the paper's n.
        stages: recurrent stages of LISTA, the paper's k.
        channels: 1: only luma is mapped, since a patch's mean and contrast are those of luma.

    Raises:
        UserError: other channels are asked for.
    """

    def __init__(self, scale: int, atoms: int, stages: int, channels: int = 1) -> None:
        super().__init__()
        at_least(0, stages=stages)
        if channels != 1:
            raise UserError(f"channels={channels}: SCN maps luma alone, take another network")
        self.scale, self.stages = scale, stages
        self.extract = bare(LR_PATCH, 1, FEATURES)  # H
        self.encode = bare(1, FEATURES, atoms)  # W
        self.inhibit = bare(1, atoms, atoms)  # S
        self.threshold = nn.Parameter(torch.empty(atoms, 1, 1))
        self.decode = bare(1, atoms, HR_PATCH**2)  # D
        self.combine = bare(HR_PATCH, HR_PATCH**2, 1)  # G
        self._start(atoms)

    def forward(self, lr: Tensor) -> Tensor:
        """Map LR luma `(N, 1, h, w)` in [0, 1] to SR luma `(N, 1, scale * h, scale * w)`."""
        enlarged = upscale(lr - GREY, self.scale)
        mean, contrast = statistics(enlarged)
        code = self.code(unit(self.extract(enlarged)))
        patches = unit(self.decode(code)) * contrast
        return self.combine(patches) + average(mean, HR_PATCH) + GREY

    def code(self, features: Tensor) -> Tensor:
        """LISTA: the sparse code `(N, atoms, H, W)` of features `(N, 100, H, W)`."""
        drive = self.encode(features)
        code = self.shrunk(drive)
        for _ in range(self.stages):
            code = self.shrunk(drive + self.inhibit(code))
        return code

    def shrunk(self, x: Tensor) -> Tensor:
        """Soft thresholding: moved towards zero by the threshold."""
        return x.sign() * F.relu(x.abs() - self.threshold)

    @torch.no_grad()
    def _start(self, atoms: int) -> None:
        """The weights of ISTA for a random dictionary*; the paper's was learned beforehand."""
        dictionary = F.normalize(torch.randn(FEATURES, atoms), dim=0)
        gram = dictionary.T @ dictionary
        step = 1 / torch.linalg.matrix_norm(gram, 2)
        self.encode.weight.copy_((step * dictionary.T)[..., None, None])
        self.inhibit.weight.copy_((torch.eye(atoms) - step * gram)[..., None, None])
        self.threshold.fill_(LAMBDA * step)
        # Features ignore a patch's mean.
        self.extract.weight -= self.extract.weight.mean(dim=(2, 3), keepdim=True)
        # Each patch is put in its place, and overlapping ones are averaged.
        places = torch.eye(HR_PATCH**2).view(1, HR_PATCH**2, HR_PATCH, HR_PATCH)
        self.combine.weight.copy_(places / HR_PATCH**2)


def bare(kernel: int, inputs: int, outputs: int) -> nn.Conv2d:
    """A convolution that keeps the size, without biases."""
    return nn.Conv2d(inputs, outputs, kernel, padding=kernel // 2, bias=False)


def average(x: Tensor, side: int) -> Tensor:
    """The mean over a square around each pixel, of which only pixels of the picture count."""
    return F.avg_pool2d(x, side, stride=1, padding=side // 2, count_include_pad=False)


def statistics(picture: Tensor) -> tuple[Tensor, Tensor]:
    """The mean of the LR patch around each pixel, and the norm of its middle less that mean."""
    mean = average(picture, LR_PATCH)
    square = average(picture.square(), HR_PATCH)
    variance = square - 2 * mean * average(picture, HR_PATCH) + mean.square()
    return mean, (HR_PATCH**2 * variance).clamp(min=TINY**2).sqrt()


def unit(x: Tensor) -> Tensor:
    """Features divided by their norm over the channels; far smaller ones than `TINY` stay small."""
    return x / (x.square().sum(dim=1, keepdim=True) + TINY**2).sqrt()
