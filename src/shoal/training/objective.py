"""What training minimises: the distance of a network's output to HR, at each of its sizes."""

import torch
from torch import Tensor, nn

from shoal.errors import UserError
from shoal.models.blocks import Supervised
from shoal.pictures.resample import resize

Pair = tuple[Tensor, Tensor]


def require_size(sr: Tensor, hr: Tensor) -> None:
    """Refuse an output of another size than HR, which some losses would broadcast to fit.

    Raises:
        UserError: the shapes differ; the message has both.
    """
    if sr.shape != hr.shape:
        shapes = f"{tuple(sr.shape)} where HR is {tuple(hr.shape)}"
        raise UserError(f"the network answers {shapes}: mend how it enlarges")


class Objective:
    """Computes the loss of a batch.

    Args:
        network: maps LR `(N, C, h, w)` to SR `(N, C, scale * h, scale * w)`, both in [0, 1].
        loss: compares SR with HR; returns a scalar.

    Attributes:
        progress: the share of all steps that are done, in [0, 1).
    """

    def __init__(self, network: nn.Module, loss: nn.Module) -> None:
        self.network, self.loss = network, loss
        # Checked once, since checking a class against a protocol is slow.
        self.supervised = network if isinstance(network, Supervised) else None
        self.progress: float | Tensor = 0.0

    def __call__(self, lr: Tensor, hr: Tensor) -> Tensor:
        """Compare the network's output for LR with HR; returns a scalar.

        Raises:
            UserError: the network's answer has another size than HR.
        """
        parts = [weight * self.loss(*pair) for weight, pair in self._supervision(lr, hr)]
        return torch.stack(parts).sum()

    def _supervision(self, lr: Tensor, hr: Tensor) -> list[tuple[float | Tensor, Pair]]:
        """Return the pairs to compare, each with the weight of its loss; mostly just SR and HR.

        A network that is also supervised on smaller outputs is compared with HR made smaller.
        """
        if self.supervised is not None:
            pictures = self.supervised.supervision(lr, self.progress)
            return [(weight, (each, resize(hr, *each.shape[-2:]))) for weight, each in pictures]
        sr = self.network(lr)
        require_size(sr, hr)
        return [(1.0, (sr, hr))]
