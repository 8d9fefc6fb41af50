"""DRCN: one convolution applied again and again, each time with an answer of its own."""

from collections.abc import Iterable, Iterator

import torch
from torch import Tensor, nn

from shoal.models.blocks import GREY, at_least, conv, conv_relu, he_
from shoal.pictures.resample import upscale

CHANNELS = 256


class DRCN(nn.Module):
    """Embed, recur, reconstruct after each recursion; the answer is the weighted sum.

    Kim, Lee, Lee, "Deeply-Recursive Convolutional Network for Image Super-Resolution", CVPR 2016:
    conv 3, 1->256; conv 3, 256->256; `recursions` times the same conv 3, 256->256; after each of
    them the same conv 3, 256->256 and conv 3, 256->1, linear, added to bicubic. 1,774,080 weights.

    Args:
        scale: the factor, an integer >= 2.
        recursions: the paper's D.
        channels: of the pictures: 1, luma, as in the paper, or 3, RGB.
    """

    def __init__(self, scale: int, recursions: int, channels: int = 1) -> None:
        super().__init__()
        at_least(1, recursions=recursions)
        self.scale, self.channels = scale, channels
        self.embed = nn.Sequential(
            conv_relu(3, channels, CHANNELS), conv_relu(3, CHANNELS, CHANNELS)
        )
        recurring = conv(3, CHANNELS, CHANNELS)
        self.recur = nn.Sequential(recurring, nn.ReLU(inplace=True))
        self.reconstruct = nn.Sequential(
            conv_relu(3, CHANNELS, CHANNELS), conv(3, CHANNELS, channels)
        )
        self.shares = nn.Parameter(torch.full((recursions,), 1 / recursions))
        he_(self)
        nn.init.dirac_(recurring.weight)  # the paper's start: each channel connected to itself

    def forward(self, lr: Tensor) -> Tensor:
        """Map LR `(N, channels, h, w)` in [0, 1] to SR `(N, channels, scale * h, scale * w)`."""
        return self.combined(self.predictions(lr)) + GREY

    def supervision(
        self, lr: Tensor, progress: float | Tensor
    ) -> list[tuple[float | Tensor, Tensor]]:
        """Each recursion's picture, with weight alpha in all, and their sum with 1 - alpha.

        Alpha falls linearly from 1 to 0 over the training*: the paper says only that it decays.
        """
        alpha, predictions = 1 - progress, list(self.predictions(lr))
        each = [(alpha / len(predictions), picture + GREY) for picture in predictions]
        return [*each, (1 - alpha, self.combined(predictions) + GREY)]

    def predictions(self, lr: Tensor) -> Iterator[Tensor]:
        """The picture after each recursion, centred on zero."""
        enlarged = upscale(lr - GREY, self.scale)
        features = self.embed(enlarged)
        for _ in self.shares:
            features = self.recur(features)
            yield self.reconstruct(features) + enlarged

    def combined(self, predictions: Iterable[Tensor]) -> Tensor:
        """The weighted sum of the predictions."""
        parts = (s * p for s, p in zip(self.shares, predictions, strict=True))
        return sum(parts)
