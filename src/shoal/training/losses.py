"""Losses that PyTorch doesn't have.

Some of them sum over each picture, as older systems did. The learning rates in their papers belong
to that sum: for patches of 41 x 41 pixels its gradient is hundreds of times that of a mean.
"""

import torch
from torch import Tensor, nn

from shoal.errors import UserError


class Charbonnier(nn.Module):
    """The mean of sqrt(error^2 + epsilon^2) (Lai et al., LapSRN, CVPR 2017).

    Args:
        epsilon: the error below which the loss is like L2 and above which like L1, for pictures in
            [0, 1].
        summed: sum over each picture, as the authors' code does, and average over the batch only.
    """

    def __init__(self, epsilon: float, summed: bool = False) -> None:
        super().__init__()
        self.epsilon, self.summed = epsilon, summed

    def forward(self, sr: Tensor, hr: Tensor) -> Tensor:
        """Compare two tensors `(N, C, H, W)`; returns a scalar."""
        errors = torch.sqrt((sr - hr).square() + self.epsilon**2)
        return per_picture(errors) if self.summed else errors.mean()


class Euclidean(nn.Module):
    """Caffe's Euclidean loss: half the squared error, summed per picture, averaged over the batch.

    The published learning rates of SRCNN, FSRCNN, VDSR, DRCN and DRRN belong to it.
    """

    def forward(self, sr: Tensor, hr: Tensor) -> Tensor:
        """Compare two tensors `(N, C, H, W)`; returns a scalar."""
        return per_picture((sr - hr).square()) / 2


def per_picture(errors: Tensor) -> Tensor:
    """Sum errors `(N, ...)` over each picture and average over the batch; returns a scalar."""
    return errors.flatten(1).sum(dim=1).mean()


def require_nothing_to_learn(loss: nn.Module) -> None:
    """Refuse a loss that has trainable parameters: only the network's are trained.

    Raises:
        UserError: it has; the message names one and the remedy.
    """
    named = loss.named_parameters() if isinstance(loss, nn.Module) else ()
    free = [name for name, value in named if value.requires_grad]
    if free:
        first, more = free[0], f" and {len(free) - 1} more" if len(free) > 1 else ""
        raise UserError(
            f"task.loss: {type(loss).__name__} has parameters that no step would train ({first}"
            f"{more}): freeze them by requires_grad_(False), or make them part of the network"
        )
