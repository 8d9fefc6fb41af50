"""EES: the shallow network of the ensemble (Wang et al. 2016, arXiv 1607.07680)."""

from torch import Tensor, nn

from shoal.models.blocks import GREY, conv, conv_relu
from shoal.models.upsampler_by_name import Maker, build


class EES(nn.Module):
    """Three layers: conv 3, 1->4; an upsampler 4->8; conv 5, 8->1, linear.

    Args:
        scale: the factor, an integer >= 2.
        upsampler: `deconvolution` (the paper's), `unpooling`, `subpixel` or `nearest`, or a
            callable that makes a layer from input channels, output channels and scale.
        channels: of the pictures: 1, luma, as in the paper, or 3, RGB.
    """

    def __init__(self, scale: int, upsampler: str | Maker, channels: int = 1) -> None:
        super().__init__()
        self.channels = channels
        self.extract = conv_relu(3, channels, 4)
        self.upsample = nn.Sequential(build(upsampler, 4, 8, scale), nn.ReLU(inplace=True))
        # Linear*: the figure doesn't say; a ReLU here could never answer below grey.
        self.reconstruct = conv(5, 8, channels)

    def forward(self, lr: Tensor) -> Tensor:
        """Map LR `(N, channels, h, w)` in [0, 1] to SR `(N, channels, scale * h, scale * w)`."""
        features = self.extract(lr - GREY)
        enlarged = self.upsample(features)
        return self.reconstruct(enlarged) + GREY
