"""EES: the shallow network of the ensemble (Wang et al. 2016, arXiv 1607.07680)."""

from torch import Tensor, nn

from shoal.models.blocks import GREY, conv, conv_relu
from shoal.models.upsamplers import Maker, build


class EES(nn.Module):
    """Three layers: conv 3, 1->4; an upsampler 4->8; conv 5, 8->1, linear.

    Args:
        scale: the factor, an integer >= 2.
        upsampler: `deconvolution` (the paper's), `unpooling`, `subpixel` or `nearest`, or what
            makes a layer from input channels, output channels and scale.
    """

    def __init__(self, scale: int, upsampler: str | Maker) -> None:
        super().__init__()
        self.extract = conv_relu(3, 1, 4)
        self.upsample = nn.Sequential(build(upsampler, 4, 8, scale), nn.ReLU(inplace=True))
        # Linear*: the figure doesn't say; a ReLU here could never answer below grey.
        self.reconstruct = conv(5, 8, 1)

    def forward(self, lr: Tensor) -> Tensor:
        """Map LR luma `(N, 1, h, w)` in [0, 1] to SR luma `(N, 1, scale * h, scale * w)`."""
        features = self.extract(lr - GREY)
        enlarged = self.upsample(features)
        return self.reconstruct(enlarged) + GREY
