"""Losses that PyTorch doesn't have.

Those that sum over a picture are what the rates of systems of that time are meant for: of a batch
of 41 x 41 pixels their gradient is hundreds of times that of a mean.
"""

import torch
from torch import Tensor, nn

from shoal.errors import UserError


class Charbonnier(nn.Module):
    """The mean of sqrt(error^2 + epsilon^2) (Lai et al., LapSRN, CVPR 2017).

    Args:
        epsilon: where L1 turns into L2, on the scale of [0, 1] pictures.
        summed: over each picture, as the authors' code does; the mean of pictures remains.
    """

    def __init__(self, epsilon: float, summed: bool = False) -> None:
        super().__init__()
        self.epsilon, self.summed = epsilon, summed

    def forward(self, sr: Tensor, hr: Tensor) -> Tensor:
        """A scalar from two tensors of one shape."""
        errors = torch.sqrt((sr - hr).square() + self.epsilon**2)
        return per_picture(errors) if self.summed else errors.mean()


class Euclidean(nn.Module):
    """Caffe's Euclidean loss: half the squared error, summed over a picture; the mean of pictures.

    The rates of SRCNN, FSRCNN, VDSR, DRCN and DRRN belong to it.
    """

    def forward(self, sr: Tensor, hr: Tensor) -> Tensor:
        """A scalar from two tensors `(N, C, H, W)`."""
        return per_picture((sr - hr).square()) / 2


def per_picture(errors: Tensor) -> Tensor:
    """Errors `(N, ...)` summed over each picture; the mean of pictures, a scalar."""
    return errors.flatten(1).sum(dim=1).mean()


def require_nothing_to_learn(loss: nn.Module) -> None:
    """Refuse a loss with parameters of its own to train: only the network's are.

    Raises:
        UserError: naming them and the remedy.
    """
    named = loss.named_parameters() if isinstance(loss, nn.Module) else ()
    free = [name for name, value in named if value.requires_grad]
    if free:
        first, more = free[0], f" and {len(free) - 1} more" if len(free) > 1 else ""
        raise UserError(
            f"task.loss: {type(loss).__name__} has parameters that no step would train ({first}"
            f"{more}): freeze them by requires_grad_(False), or make them part of the network"
        )
