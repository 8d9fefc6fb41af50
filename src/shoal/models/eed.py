"""EED: the deep network of the ensemble (Wang et al. 2016, arXiv 1607.07680)."""

from collections.abc import Sequence

from torch import Tensor, nn

from shoal.models.blocks import GREY, MultiScale, ResidualUnit, at_least, conv, conv_relu
from shoal.models.upsampler_by_name import Maker, build


class EED(nn.Module):
    """Feature extraction, upsampling and multi-scale reconstruction.

    The widths are those of the paper's figure: 64 channels, reduced to 4 around the upsampler and
    to 16 before the parallel kernels.

    Args:
        scale: the factor, an integer >= 2.
        upsampler: `deconvolution` (the paper's), `unpooling`, `subpixel` or `nearest`, or a
            callable that makes a layer from input channels, output channels and scale.
        units: residual units at HR size (the paper's 2).
        kernels: of the parallel convolutions (the paper's 1, 3, 5, 7), 64 channels in all.
        channels: of the pictures: 1, luma, as in the paper, or 3, RGB.
    """

    def __init__(
        self,
        scale: int,
        upsampler: str | Maker,
        units: int,
        kernels: Sequence[int],
        channels: int = 1,
    ) -> None:
        super().__init__()
        at_least(0, units=units)
        self.channels = channels
        self.extract = nn.Sequential(conv_relu(3, channels, 64), ResidualUnit(64))
        self.upsample = nn.Sequential(
            conv_relu(1, 64, 4),
            build(upsampler, 4, 4, scale),
            nn.ReLU(inplace=True),
            conv_relu(1, 4, 64),
        )
        self.deepen = nn.Sequential(*(ResidualUnit(64) for _ in range(units)))
        # Linear* last layer: the figure doesn't say; a ReLU could never answer below grey.
        self.reconstruct = nn.Sequential(
            conv_relu(1, 64, 16), MultiScale(16, 64, tuple(kernels)), conv(1, 64, channels)
        )

    def forward(self, lr: Tensor) -> Tensor:
        """Map LR `(N, channels, h, w)` in [0, 1] to SR `(N, channels, scale * h, scale * w)`."""
        features = self.extract(lr - GREY)
        enlarged = self.upsample(features)
        deepened = self.deepen(enlarged)
        return self.reconstruct(deepened) + GREY
