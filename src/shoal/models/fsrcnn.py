"""FSRCNN: SRCNN made fast, enlarged by its last layer."""

import torch.nn.functional as F
from torch import Tensor, nn

from shoal.models.blocks import GREY, Border, at_least, conv, he_
from shoal.models.upsamplers import Deconvolution


class FSRCNN(nn.Module):
    """An hourglass at LR size: extract, shrink, map, expand, then a deconvolution.

    Dong, Loy, Tang, "Accelerating the Super-Resolution Convolutional Neural Network", ECCV 2016:
    conv 5, 1->d; conv 1, d->s; m x conv 3, s->s; conv 1, s->d, each with PReLU; deconvolution 9,
    d->1, linear. 12,464 weights at x3.

    Args:
        scale: the factor, an integer >= 2.
        features: the paper's d.
        shrunk: the paper's s.
        mappings: the paper's m.
        channels: of the pictures: 1, luma, as in the paper, or 3, RGB.
        reach: HR pixels from a pixel's own block to the end of the deconvolution's kernel.
        grey: subtracted from the input and added to the answer; 0 for published weights.
        border: how a picture is padded: `zeros`, or `replicate` as in the authors' test code.
    """

    def __init__(
        self,
        scale: int,
        features: int,
        shrunk: int,
        mappings: int,
        channels: int = 1,
        reach: int = 3,
        grey: float = GREY,
        border: Border = "zeros",
    ) -> None:
        super().__init__()
        at_least(0, mappings=mappings)
        self.channels, self.grey = channels, grey
        self.extract = conv_prelu(5, channels, features, border)
        self.shrink = conv_prelu(1, features, shrunk)
        self.map = nn.Sequential(*(conv_prelu(3, shrunk, shrunk, border) for _ in range(mappings)))
        self.expand = conv_prelu(1, shrunk, features)
        # Kernel 8, 9, 10* at x2, x3, x4: the paper's 9 is centred on the pixel at odd scales only.
        deconvolution = Deconvolution if border == "zeros" else EdgeDeconvolution
        self.reconstruct = deconvolution(features, channels, scale, padding=reach)
        he_(self)
        nn.init.normal_(self.reconstruct.weight, std=1e-3)  # as the paper starts it

    def forward(self, lr: Tensor) -> Tensor:
        """Map LR `(N, channels, h, w)` in [0, 1] to SR `(N, channels, scale * h, scale * w)`."""
        features = self.extract(lr - self.grey)
        mapped = self.map(self.shrink(features))
        return self.reconstruct(self.expand(mapped)) + self.grey


class EdgeDeconvolution(Deconvolution):
    """A deconvolution of its input padded with its edge pixels, as in the authors' deconv.m."""

    def forward(self, x: Tensor, output_size: list[int] | None = None) -> Tensor:
        """Enlarge `(N, inputs, h, w)`."""
        enlarged = super().forward(F.pad(x, [1] * 4, mode="replicate"))
        return enlarged[..., self.scale : -self.scale, self.scale : -self.scale]


def conv_prelu(kernel: int, inputs: int, outputs: int, border: Border = "zeros") -> nn.Sequential:
    """`conv kernel, inputs->outputs`, then PReLU with a slope for each channel."""
    return nn.Sequential(conv(kernel, inputs, outputs, border), nn.PReLU(outputs))
