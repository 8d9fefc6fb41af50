"""Scores averaged over images."""

import torch
from torch import Tensor
from torchmetrics import MeanMetric


class ImageMean(MeanMetric):
    """The mean over images of one score per image, in float64; pixels are never pooled."""

    def __init__(self) -> None:
        # A score of NaN makes the mean NaN, instead of being left out of it.
        super().__init__(nan_strategy="disable")
        # At once, since a rank without a picture takes part in the sum over all ranks.
        self.set_dtype(torch.float64)

    def update(self, value: float | Tensor, weight: float | Tensor | None = None) -> None:
        """Count the scores `(N,)` of N images."""
        # Again, since a metric of torchmetrics 1.9 that was moved to a device casts to float32.
        self.set_dtype(torch.float64)
        super().update(value, weight)
