"""Flat stays flat: a network corrected so that a picture of one level keeps that level.

A trained network may answer white, 255, with 252, and with a pattern of the period of its scale.
Since it pads with zeros, which are grey, a frame shows too. Two corrections are applied when a
network is used, which leaves its weights and their scores as they are. The picture is mirrored
beyond its edges, as when LR pictures are made. And what the network adds to a picture of one level
is subtracted: a number for each level and each of the scale^2 pixels that an LR pixel becomes,
looked up by the level of each pixel.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from shoal.models.channels import channels_of
from shoal.models.profile import device_of
from shoal.pictures.traced import mirrored

# Steps from black to white at which the correction is measured; it is linear between them.
STEPS = 255
TOGETHER = 32  # levels that are measured at once


class Flat(nn.Module):
    """A network that keeps a picture of one level as it is, up to its edges.

    Args:
        network: LR `(N, C, h, w)` to SR `(N, C, scale * h, scale * w)`, in evaluation mode.
        reach: LR pixels to each side that an SR pixel depends on.
    """

    def __init__(self, network: nn.Module, reach: int) -> None:
        super().__init__()
        self.network, self.reach, self.channels = network, reach, channels_of(network)
        answers = _answers(network, reach)  # (STEPS + 1, C, scale, scale)
        self.scale = answers.shape[-1]
        self.added: Tensor
        self.register_buffer("added", answers.flatten(2))

    def forward(self, lr: Tensor) -> Tensor:
        """Map LR `(N, C, h, w)` in [0, 1] to SR `(N, C, scale * h, scale * w)`."""
        edge = self.reach * self.scale
        height, width = lr.shape[-2] * self.scale, lr.shape[-1] * self.scale
        sr = self.network(mirrored(lr, self.reach))
        sr = sr[..., edge : edge + height, edge : edge + width]
        parts = [
            F.pixel_shuffle(self._added(lr[:, number], self.added[:, number]), self.scale)
            for number in range(self.channels)
        ]
        return sr - torch.cat(parts, 1)

    def _added(self, levels: Tensor, added: Tensor) -> Tensor:
        """What the network adds to pixels `(N, h, w)` of some levels, `(N, scale^2, h, w)`."""
        # NaN, by which reach is measured, is looked up as zero.
        place = torch.where(levels == levels, levels, 0.0).clamp(0, 1) * STEPS
        low = place.floor().clamp(max=STEPS - 1)
        share, low = (place - low)[..., None], low.long()
        between: Tensor = added[low] + share * (added[low + 1] - added[low])
        return between.permute(0, 3, 1, 2)


@torch.inference_mode()
def _answers(network: nn.Module, reach: int) -> Tensor:
    """What a network adds to pictures of one level, away from edges: `(STEPS + 1, C, s, s)`."""
    side, device = 2 * reach + 1, device_of(network)
    levels = torch.arange(STEPS + 1, device=device).float().div(STEPS)[:, None, None, None]
    answers = []
    for some in torch.split(levels, TOGETHER):
        sr = network(some.expand(-1, channels_of(network), side, side).contiguous())
        scale = sr.shape[-1] // side
        inside = slice(reach * scale, (reach + 1) * scale)
        answers.append(sr[..., inside, inside] - some)
    return torch.cat(answers).clone()


def flat(network: nn.Module, reach: int | None) -> nn.Module:
    """A network as it is used to enlarge pictures; without a reach (None) it isn't corrected."""
    return network if reach is None else Flat(network, reach)
