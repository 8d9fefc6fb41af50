"""Scores averaged over images."""

import torch
from torch import Tensor
from torchmetrics import MeanMetric


class ImageMean(MeanMetric):
    """The mean over images of one score per image, in float64: no pixels of several are pooled."""

    def __init__(self) -> None:
        # A score that is no number makes the mean none, rather than being left out of it.
        super().__init__(nan_strategy="disable")
        # From the start: a rank without a picture takes part in the sum over all ranks.
        self.set_dtype(torch.float64)

    def update(self, value: float | Tensor, weight: float | Tensor | None = None) -> None:
        """Count the scores `(N,)` of N images."""
        # Again: once moved to a device, a metric of torchmetrics 1.9 casts scores to float32.
        self.set_dtype(torch.float64)
        super().update(value, weight)
