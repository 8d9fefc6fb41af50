"""The best of some random splits, for many nodes of a regression tree at once."""

from dataclasses import dataclass

import torch
from torch import Tensor

THRESHOLDS = 5  # drawn for each pair of features; the median is tried too
SPREAD = 0.95  # of the range of differences that thresholds are drawn from, from its lower end


@dataclass(frozen=True)
class Splits:
    """One split for each of some nodes.

    Attributes:
        pairs: the two features whose difference is looked at, `(nodes, 2)`.
        thresholds: at or above which a sample goes right, `(nodes,)`.
        found: whether any left enough samples on both sides, `(nodes,)`.
    """

    pairs: Tensor
    thresholds: Tensor
    found: Tensor


def best_splits(
    samples: Tensor, there: Tensor, inputs: int, least: int, generator: torch.Generator
) -> Splits:
    """Try random splits and take those after which the samples vary least within the two sides.

    Args:
        samples: of each node, `(nodes, count, inputs + outputs)`; all their values count alike.
        there: which of them are there, `(nodes, count)`: a node may have fewer.
        inputs: values, the first ones, whose differences may decide.
        least: samples that a side needs.
        generator: draws pairs and thresholds.
    """
    pairs = _pairs(len(samples), inputs, generator)
    chosen = (samples.gather(2, each[:, None].expand(-1, samples.shape[1], -1)) for each in pairs)
    first, second = chosen
    differences = (first - second).transpose(1, 2)  # (nodes, pairs, count)
    thresholds = _thresholds(differences, there, generator)
    left = (differences[:, :, None] < thresholds[..., None]) & there[:, None, None]
    gain = _gain(samples, there, left.flatten(1, 2).to(samples), least)
    value, best = gain.max(dim=1)
    pair = best // thresholds.shape[2]
    return Splits(
        torch.stack([each.gather(1, pair[:, None])[:, 0] for each in pairs], dim=1),
        thresholds.flatten(1).gather(1, best[:, None])[:, 0],
        value >= 0,
    )


def _pairs(nodes: int, inputs: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """Pairs of different features, about the root of all in number: `(nodes, pairs)` twice."""
    count = max(1, round(inputs**0.5))
    first = torch.rand(nodes, inputs, generator=generator).argsort(dim=1)[:, :count]
    further = torch.randint(1, max(2, inputs), first.shape, generator=generator)
    return first, (first + further) % inputs


def _thresholds(differences: Tensor, there: Tensor, generator: torch.Generator) -> Tensor:
    """Thresholds of each pair, `(nodes, pairs, THRESHOLDS + 1)`."""
    nothing = ~there[:, None]
    low = differences.masked_fill(nothing, torch.inf).amin(dim=2, keepdim=True)
    high = differences.masked_fill(nothing, -torch.inf).amax(dim=2, keepdim=True)
    share = SPREAD * torch.rand(*low.shape[:2], THRESHOLDS, generator=generator)
    median = differences.masked_fill(nothing, torch.nan).nanmedian(dim=2, keepdim=True).values
    return torch.cat([low + share * (high - low), median], dim=2)


def _gain(samples: Tensor, there: Tensor, left: Tensor, least: int) -> Tensor:
    """How much variation each split explains, `(nodes, splits)`; -1 where a side has too few."""
    present = there.to(samples)
    counts = left.sum(dim=2), present.sum(dim=1, keepdim=True) - left.sum(dim=2)
    lower = left @ samples
    upper = present[:, None] @ samples - lower
    # The sum of squares about a side's mean is a constant less this.
    gain = sum(
        side.square().sum(dim=2) / count.clamp(min=1)
        for side, count in zip((lower, upper), counts, strict=True)
    )
    few = torch.minimum(*counts) < least
    return torch.as_tensor(gain).masked_fill(few, -1.0)
