"""What a step makes smaller: how far a network's answer is from HR, at each size it answers in."""

import torch
from torch import Tensor, nn

from shoal.errors import UserError
from shoal.models.blocks import Supervised
from shoal.pictures.resample import resize

Pair = tuple[Tensor, Tensor]


def require_size(sr: Tensor, hr: Tensor) -> None:
    """Refuse an answer of another size, which some losses would stretch to fit.

    Raises:
        UserError: naming both shapes.
    """
    if sr.shape != hr.shape:
        shapes = f"{tuple(sr.shape)} where HR is {tuple(hr.shape)}"
        raise UserError(f"the network answers {shapes}: mend how it enlarges")


class Objective:
    """A batch's loss, a scalar.

    Args:
        network: LR `(N, C, h, w)` to SR `(N, C, scale * h, scale * w)`, both in [0, 1].
        loss: a scalar from SR and HR.
    """

    def __init__(self, network: nn.Module, loss: nn.Module) -> None:
        self.network, self.loss = network, loss
        # Asked once: whether a class fits a protocol takes long to say.
        self.supervised = network if isinstance(network, Supervised) else None
        self.progress: float | Tensor = 0.0  # the share of the steps that is over

    def __call__(self, lr: Tensor, hr: Tensor) -> Tensor:
        """Compare what the network makes of LR with HR.

        Raises:
            UserError: the network's answer has another size than HR.
        """
        parts = [weight * self.loss(*pair) for weight, pair in self._supervision(lr, hr)]
        return torch.stack(parts).sum()

    def _supervision(self, lr: Tensor, hr: Tensor) -> list[tuple[float | Tensor, Pair]]:
        """What is compared with what, and how much each loss weighs: SR and HR alone, as a rule.

        Only a network that is supervised on smaller pictures too is compared with HR made smaller.
        """
        if self.supervised is not None:
            pictures = self.supervised.supervision(lr, self.progress)
            return [(weight, (each, resize(hr, *each.shape[-2:]))) for weight, each in pictures]
        sr = self.network(lr)
        require_size(sr, hr)
        return [(1.0, (sr, hr))]
