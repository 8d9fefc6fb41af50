"""Flat stays flat: a network that answers a picture of one level with that very level.

A trained network answers 255 with 252 and shows a pattern as fine as its scale; where it pads with
zeros, which are grey, a frame too. Two things mend that as the network is applied, so weights and
their scores stay what they are. It sees a picture mirrored beyond its edges, which is how LR
pictures are made; and what it adds to a picture of one level, a number for each level and each of
the scale^2 pixels that an LR pixel becomes, is taken off again at each pixel by its own level.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from shoal.models.channels import channels_of
from shoal.models.profile import device_of
from shoal.pictures.traced import mirrored

# Levels between black and white whose answers are kept; between them lie straight lines.
STEPS = 255
TOGETHER = 32  # levels that are asked about at once


class Flat(nn.Module):
    """A network that leaves a picture of one level as it is, up to its edges.

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
        """What the network adds to levels `(N, h, w)`, `(N, scale^2, h, w)`."""
        # What is no number, as reach is measured by, has some place too.
        place = torch.where(levels == levels, levels, 0.0).clamp(0, 1) * STEPS
        low = place.floor().clamp(max=STEPS - 1)
        share, low = (place - low)[..., None], low.long()
        between: Tensor = added[low] + share * (added[low + 1] - added[low])
        return between.permute(0, 3, 1, 2)


@torch.inference_mode()
def _answers(network: nn.Module, reach: int) -> Tensor:
    """How far off a network answers pictures of one level, inside, `(STEPS + 1, C, s, s)`."""
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
    """A network as pictures are enlarged with it; one that sees all of a picture stays as it is."""
    return network if reach is None else Flat(network, reach)
