"""Losses that PyTorch doesn't have."""

import torch
from torch import Tensor, nn


class Charbonnier(nn.Module):
    """The mean of sqrt(error^2 + epsilon^2) (Lai et al., LapSRN, CVPR 2017).

    Args:
        epsilon: where L1 turns into L2, on the scale of [0, 1] pictures.
    """

    def __init__(self, epsilon: float) -> None:
        super().__init__()
        self.epsilon = epsilon

    def forward(self, sr: Tensor, hr: Tensor) -> Tensor:
        """A scalar from two tensors of one shape."""
        return torch.sqrt((sr - hr).square() + self.epsilon**2).mean()
