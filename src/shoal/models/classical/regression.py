"""Ridge regression, and the samples nearest to anchors that it is fitted to."""

import torch
from torch import Tensor

SAMPLES = 1 << 19  # samples whose correlations with anchors are in memory at a time


def nearest(samples: Tensor, anchors: Tensor, count: int) -> Tensor:
    """Indices `(k, count)` of the unit samples `(n, d)` nearest to each anchor `(k, d)`."""
    values, places = torch.empty(len(anchors), 0), torch.empty(len(anchors), 0, dtype=torch.long)
    for number, block in enumerate(torch.split(samples, SAMPLES)):
        found = (anchors @ block.T).topk(min(count, len(block)), dim=1)
        values = torch.cat([values, found.values], 1)
        places = torch.cat([places, found.indices + number * SAMPLES], 1)
        best = values.topk(min(count, values.shape[1]), dim=1)
        values, places = best.values, places.gather(1, best.indices)
    return places


def ridge(low: Tensor, high: Tensor, penalty: float) -> Tensor:
    """The linear map `(d, m)` from rows `(n, d)` to rows `(n, m)`, by ridge regression."""
    low, high = low.double(), high.double()
    gram = low.T @ low
    gram.diagonal().add_(penalty)
    return torch.linalg.solve(gram, low.T @ high).float()
