"""k-means."""

import torch
from torch import Tensor

from shoal.models.fitted import Progress

BLOCK = 16384  # samples whose distances are in memory at once


def nearest(samples: Tensor, centres: Tensor) -> Tensor:
    """The number of the nearest centre `(n,)` of samples `(n, d)`; centres are `(k, d)`."""
    half = centres.square().sum(dim=1) / 2
    return torch.cat([(x @ centres.T - half).argmax(dim=1) for x in torch.split(samples, BLOCK)])


def kmeans(
    samples: Tensor, count: int, rounds: int, generator: torch.Generator, progress: Progress
) -> Tensor:
    """Lloyd's algorithm, begun with samples drawn at random.

    Args:
        samples: `(n, d)`.
        count: of centres.
        rounds: of assigning and averaging.
        generator: draws the first centres, and new ones for those that nothing is near to.
        progress: is told of each round.

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
    """So many samples; where there are fewer, some of them several times."""
    if count > len(samples):
        return samples[torch.randint(len(samples), (count,), generator=generator)]
    return samples[torch.randperm(len(samples), generator=generator)[:count]]
