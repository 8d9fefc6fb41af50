"""k-means."""

import torch
from torch import Tensor

from shoal.models.fitted import Progress

BLOCK = 16384  # samples whose distances to all centres are in memory at a time


def nearest(samples: Tensor, centres: Tensor) -> Tensor:
    """The index `(n,)` of the nearest of the centres `(k, d)` for samples `(n, d)`."""
    half = centres.square().sum(dim=1) / 2
    return torch.cat([(x @ centres.T - half).argmax(dim=1) for x in torch.split(samples, BLOCK)])


def kmeans(
    samples: Tensor, count: int, rounds: int, generator: torch.Generator, progress: Progress
) -> Tensor:
    """Lloyd's algorithm, starting from random samples.

    Args:
        samples: `(n, d)`.
        count: of centres.
        rounds: of assigning and averaging.
        generator: draws the first centres, and new ones in place of those without any sample.
        progress: told of each round.

    Returns:
        Centres `(count, d)`.
    """
    centres = _drawn(samples, count, generator)
    for done in range(rounds):
        group = nearest(samples, centres)
        sizes = torch.bincount(group, minlength=count)
        sums = torch.zeros_like(centres).index_add_(0, group, samples)
        centres = sums / sizes.clamp(min=1)[:, None]
        empty = (sizes == 0).nonzero()[:, 0]
        centres[empty] = _drawn(samples, len(empty), generator)
        progress(done + 1, rounds)
    return centres


def _drawn(samples: Tensor, count: int, generator: torch.Generator) -> Tensor:
    """So many random samples; if there are fewer, some are repeated."""
    if count > len(samples):
        return samples[torch.randint(len(samples), (count,), generator=generator)]
    return samples[torch.randperm(len(samples), generator=generator)[:count]]
