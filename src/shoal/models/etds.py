"""ETDS: a thin and a deep stream side by side, folded into one plain network for use."""

import copy
from functools import partial

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from shoal.errors import UserError
from shoal.models.blocks import GREY, at_least, conv
from shoal.models.interpolating import clear_bias
from shoal.models.upsamplers import Subpixel

# Weight of the thin stream's picture in the loss, where the answer's is 1, as in the authors' code
# (ECNUSR/ETDS, configs/train/ETDS).
WEIGHT = 0.5


class Streams(nn.Module):
    """A 3 x 3 convolution in which the thin stream sees only itself and the deep one sees both.

    The first channels are the thin stream's. Folded, this is one convolution with zeros where the
    thin stream would see the deep one.

    Args:
        channels: of both streams together.
        thin: of the thin stream.
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
        """The one convolution that equals this layer."""
        one = copy.deepcopy(self.deep)  # has the right dtype and device, and draws no numbers
        one.out_channels = one.in_channels
        own = F.pad(self.thin.weight, (0, 0, 0, 0, 0, one.in_channels - self.width))
        one.weight = nn.Parameter(torch.cat([own, self.deep.weight]))
        assert self.thin.bias is not None
        assert self.deep.bias is not None
        one.bias = nn.Parameter(torch.cat([self.thin.bias, self.deep.bias]))
        return one

    @torch.no_grad()
    def interpolate_(self) -> None:
        """Start with the thin stream as the identity, and the deep one not seeing it."""
        nn.init.dirac_(self.thin.weight)
        clear_bias(self.thin)
        self.deep.weight[:, : self.width] = 0


class ETDS(nn.Module):
    """conv 3, 1->width; layers x conv 3; each with ReLU; conv 3 to scale^2; pixel shuffle.

    Chao et al., "Equivalent Transformation and Dual Stream Network Construction for Mobile Image
    Super-Resolution", CVPR 2023. The thin stream carries the low frequencies, as EES does, and
    feeds the deep one at every layer. In the paper it is frozen for a sixteenth of the training,
    which is left out here, and starts as nearest-neighbour enlargement, here as interpolation
    (`task.init`).

    Args:
        scale: the factor, an integer >= 2.
        width: channels of both streams together.
        layers: between the first and the last.
        thin: channels of the thin stream; 0: no such stream, a plain network of the same cost.
        channels: of the pictures: 1, luma, or 3, RGB.
    """

    def __init__(self, scale: int, width: int, layers: int, thin: int, channels: int = 1) -> None:
        super().__init__()
        at_least(0, layers=layers, thin=thin)
        if thin and not channels <= thin < width:
            words = f"thin={thin} is not from {channels} to {width - 1}"
            raise UserError(f"{words}: the thin stream holds the picture, and is a part of width")
        self.channels, self.thin = channels, thin
        # A thin stream holds the picture itself, of which ReLU would cut all that is below grey.
        self.grey = 0.0 if thin else GREY
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
        """The features of both streams, `(N, width, h, w)`, the thin one's first."""
        return self.deepen(F.relu(self.extract(lr - self.grey)))

    def supervision(
        self, lr: Tensor, progress: float | Tensor
    ) -> list[tuple[float | Tensor, Tensor]]:
        """The answer, and the picture that the thin stream makes alone."""
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
