"""FSRCNN: SRCNN made fast, enlarged by its last layer."""

from torch import Tensor, nn

from shoal.models.blocks import GREY, at_least, conv, he_
from shoal.models.upsamplers import Deconvolution


class FSRCNN(nn.Module):
    """An hourglass at LR size: extract, shrink, map, expand, then a deconvolution.

    Dong, Loy, Tang, "Accelerating the Super-Resolution Convolutional Neural Network", ECCV 2016:
    conv 5, 1->d; conv 1, d->s; m x conv 3, s->s; conv 1, s->d, each with PReLU; deconvolution 9,
    d->1, linear. 12,464 weights.

    Args:
        scale: the factor, an integer >= 2.
        features: the paper's d.
        shrunk: the paper's s.
        mappings: the paper's m.
        channels: of the pictures: 1, luma, as in the paper, or 3, RGB.
    """

    def __init__(
        self, scale: int, features: int, shrunk: int, mappings: int, channels: int = 1
    ) -> None:
        super().__init__()
        at_least(0, mappings=mappings)
        self.channels = channels
        self.extract = conv_prelu(5, channels, features)
        self.shrink = conv_prelu(1, features, shrunk)
        self.map = nn.Sequential(*(conv_prelu(3, shrunk, shrunk) for _ in range(mappings)))
        self.expand = conv_prelu(1, shrunk, features)
        # Kernel 8, 9, 10* at x2, x3, x4: the paper's 9 is centred on the pixel at odd scales only.
        self.reconstruct = Deconvolution(features, channels, scale, padding=3)
        he_(self)
        nn.init.normal_(self.reconstruct.weight, std=1e-3)  # as the paper starts it

    def forward(self, lr: Tensor) -> Tensor:
        """Map LR `(N, channels, h, w)` in [0, 1] to SR `(N, channels, scale * h, scale * w)`."""
        features = self.extract(lr - GREY)
        mapped = self.map(self.shrink(features))
        return self.reconstruct(self.expand(mapped)) + GREY


def conv_prelu(kernel: int, inputs: int, outputs: int) -> nn.Sequential:
    """`conv kernel, inputs->outputs`, then PReLU with a slope for each channel."""
    return nn.Sequential(conv(kernel, inputs, outputs), nn.PReLU(outputs))
