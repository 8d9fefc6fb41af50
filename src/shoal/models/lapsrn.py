"""LapSRN: a pyramid that doubles the picture level by level, each level supervised."""

import torch
from torch import Tensor, nn

from shoal.models.blocks import GREY, at_least, conv, he_
from shoal.models.upsamplers import Deconvolution
from shoal.pictures.resample import resize

CHANNELS = 64


def leaky() -> nn.LeakyReLU:
    """The paper's activation."""
    return nn.LeakyReLU(0.2, inplace=True)


class Level(nn.Module):
    """One level of the pyramid: features and picture come out twice as large.

    Args:
        depth: 3 x 3 convolutions before the features are enlarged.
        channels: of the picture.
    """

    def __init__(self, depth: int, channels: int) -> None:
        super().__init__()
        at_least(0, depth=depth)
        layers = (nn.Sequential(conv(3, CHANNELS, CHANNELS), leaky()) for _ in range(depth))
        self.deepen = nn.Sequential(*layers)
        # Kernel 4*: the authors' code has 3, which shifts the picture by half an HR pixel.
        up = Deconvolution(CHANNELS, CHANNELS, 2, padding=1)
        self.enlarge = nn.Sequential(up, leaky())
        self.residual = conv(3, CHANNELS, channels)
        self.picture = Deconvolution(channels, channels, 2, padding=1)

    def forward(self, features: Tensor, picture: Tensor) -> tuple[Tensor, Tensor]:
        """Map `(N, 64, H, W)` and `(N, channels, H, W)` to the same at twice the size."""
        features = self.enlarge(self.deepen(features))
        return features, self.picture(picture) + self.residual(features)

    @torch.no_grad()
    def bilinear_(self) -> None:
        """Start the picture's enlargement as bilinear interpolation."""
        tent = torch.tensor([0.25, 0.75, 0.75, 0.25])
        mixing = torch.eye(self.picture.in_channels)[..., None, None]  # each channel by itself
        self.picture.weight.copy_(mixing * torch.outer(tent, tent))


class LapSRN(nn.Module):
    """conv 3, 1->64; levels of `depth` convolutions and a deconvolution; a residual at each.

    Lai, Huang, Ahuja, Yang, "Deep Laplacian Pyramid Networks for Fast and Accurate
    Super-Resolution", CVPR 2017. Its loss is `task/loss=charbonnier`. At a scale that is no power
    of two the pyramid goes to the next one and the picture is shrunk by bicubic, as the authors'
    code does (github.com/phoenix104104/LapSRN, SR_LapSRN.m).

    Args:
        scale: the factor, an integer >= 2.
        depth: convolutions of a level.
        channels: of the pictures: 1, luma, as in the paper, or 3, RGB.
        grey: subtracted from the input and added to the answer; 0 for published weights.
    """

    def __init__(self, scale: int, depth: int, channels: int = 1, grey: float = GREY) -> None:
        super().__init__()
        self.scale, self.channels, self.grey = scale, channels, grey
        self.extract = nn.Sequential(conv(3, channels, CHANNELS), leaky())
        count = (scale - 1).bit_length()  # the power of two that reaches the scale
        levels = [Level(depth, channels) for _ in range(count)]
        self.levels = nn.ModuleList(levels)
        he_(self)
        for level in levels:
            level.bilinear_()

    def forward(self, lr: Tensor) -> Tensor:
        """Map LR `(N, channels, h, w)` in [0, 1] to SR `(N, channels, scale * h, scale * w)`."""
        return self.pictures(lr)[-1]

    def supervision(
        self, lr: Tensor, progress: float | Tensor
    ) -> list[tuple[float | Tensor, Tensor]]:
        """The picture of every level, equally weighted."""
        pictures = self.pictures(lr)
        return [(1 / len(pictures), picture) for picture in pictures]

    def pictures(self, lr: Tensor) -> list[Tensor]:
        """The picture of each level, twice as large as the one before; the last one is SR."""
        picture, pictures = lr - self.grey, []
        features = self.extract(picture)
        for level in self.levels:
            features, picture = level(features, picture)
            pictures.append(picture + self.grey)
        height, width = lr.shape[-2:]
        pictures[-1] = resize(pictures[-1], self.scale * height, self.scale * width)
        return pictures
