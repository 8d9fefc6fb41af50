"""ETDS: a thin network beside a deep one, layer by layer, and used as one plain network."""

import copy
from functools import partial

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from shoal.errors import UserError
from shoal.models.blocks import GREY, at_least, conv
from shoal.models.interpolating import clear_bias
from shoal.models.upsamplers import Subpixel

# Of the thin network's picture in the loss, against the answer's 1: the authors' code
# (ECNUSR/ETDS, configs/train/ETDS).
WEIGHT = 0.5


class Streams(nn.Module):
    """A 3 x 3 convolution in which the thin stream sees itself alone and the deep one sees both.

    The thin stream's channels are the first. Folded, it is one convolution with zeros where the
    thin stream would see the deep one.

    Args:
        channels: of both streams.
        thin: of the thin one.
    """

    def __init__(self, channels: int, thin: int) -> None:
        super().__init__()
        self.width = thin
        self.thin, self.deep = conv(3, thin, thin), conv(3, channels, channels - thin)

    def forward(self, x: Tensor) -> Tensor:
        """Map `(N, channels, H, W)` to the same shape."""
        return torch.cat([self.thin(x[:, : self.width]), self.deep(x)], 1)

    @torch.no_grad()
    def folded(self) -> nn.Conv2d:
        """The one convolution that gives the same."""
        one = copy.deepcopy(self.deep)  # of the right type, on the right device, without a draw
        one.out_channels = one.in_channels
        own = F.pad(self.thin.weight, (0, 0, 0, 0, 0, one.in_channels - self.width))
        one.weight = nn.Parameter(torch.cat([own, self.deep.weight]))
        assert self.thin.bias is not None
        assert self.deep.bias is not None
        one.bias = nn.Parameter(torch.cat([self.thin.bias, self.deep.bias]))
        return one

    @torch.no_grad()
    def interpolate_(self) -> None:
        """Start as the identity, and the deep stream without a look at the thin one."""
        nn.init.dirac_(self.thin.weight)
        clear_bias(self.thin)
        self.deep.weight[:, : self.width] = 0


class ETDS(nn.Module):
    """conv 3, 1->width; layers x conv 3; each with ReLU; conv 3 to scale^2; pixel shuffle.

    Chao et al., "Equivalent Transformation and Dual Stream Network Construction for Mobile Image
    Super-Resolution", CVPR 2023. The thin stream is for the low frequencies, as EES is, and gives
    to the deep one at every layer. Theirs stands still for a sixteenth of the training, which is
    not rebuilt, and starts as the nearest pixel, here as interpolation (`task.init`).

    Args:
        scale: the factor, an integer >= 2.
        width: channels of both streams together.
        layers: between the first and the last.
        thin: channels of the thin stream; 0: none, a plain network of the same cost.
        channels: of the pictures: 1, luma, or 3, RGB.
    """

    def __init__(self, scale: int, width: int, layers: int, thin: int, channels: int = 1) -> None:
        super().__init__()
        at_least(0, layers=layers, thin=thin)
        if thin and not channels <= thin < width:
            raise UserError(f"thin={thin} is no part of {width} channels that holds a picture")
        self.channels, self.thin = channels, thin
        self.grey = 0.0 if thin else GREY  # ReLU would cut what is darker from the thin stream
        layer = partial(Streams, thin=thin) if thin else partial(conv, 3, width)
        self.extract = conv(3, channels, width)
        self.deepen = nn.Sequential(
            *(nn.Sequential(layer(width), nn.ReLU(inplace=True)) for _ in range(layers))
        )
        self.reconstruct = Subpixel(width, channels, scale)

    def forward(self, lr: Tensor) -> Tensor:
        """Map LR `(N, channels, h, w)` in [0, 1] to SR `(N, channels, scale * h, scale * w)`."""
        return self.reconstruct(self.features(lr)) + self.grey

    def features(self, lr: Tensor) -> Tensor:
        """What both streams make of LR, `(N, width, h, w)`: the thin stream comes first."""
        return self.deepen(F.relu(self.extract(lr - self.grey)))

    def supervision(
        self, lr: Tensor, progress: float | Tensor
    ) -> list[tuple[float | Tensor, Tensor]]:
        """The thin stream's own picture beside the answer."""
        if not self.thin:
            return [(1.0, self(lr))]
        features = self.features(lr)
        answer = self.reconstruct(features)
        last = self.reconstruct.convolve
        alone = F.conv2d(
            features[:, : self.thin], last.weight[:, : self.thin], last.bias, padding=1
        )
        both = 1 + WEIGHT
        return [(WEIGHT / both, self.reconstruct.shuffle(alone)), (1 / both, answer)]

    @torch.no_grad()
    def interpolate_(self) -> None:
        """Start with the picture itself in the thin stream's first channels."""
        if self.thin:
            nn.init.dirac_(self.extract.weight[: self.channels])
            assert self.extract.bias is not None
            self.extract.bias[: self.channels] = 0
