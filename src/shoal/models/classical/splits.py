"""The best of some random splits, for many nodes of a regression tree at once."""

from dataclasses import dataclass

import torch
from torch import Tensor

THRESHOLDS = 5  # drawn for each pair of features; the median is tried too
SPREAD = 0.95  # thresholds are drawn from the lower part of the differences' range, this share


@dataclass(frozen=True)
class Splits:
    """One split for each of some nodes.

    Attributes:
        pairs: indices of the two features whose difference decides, `(nodes, 2)`.
        thresholds: a sample whose difference is at least this goes right, `(nodes,)`.
        found: whether there is a split with enough samples on both sides, `(nodes,)`.
    """

    pairs: Tensor
    thresholds: Tensor
    found: Tensor


def best_splits(
    samples: Tensor, there: Tensor, inputs: int, least: int, generator: torch.Generator
) -> Splits:
    """Try random splits, and take those after which samples vary least within the two sides.

    Args:
        samples: of each node, `(nodes, count, inputs + outputs)`; all values have equal weight.
        there: which of these exist, `(nodes, count)`, since nodes may have fewer.
        inputs: how many values of a sample, the first ones, a split may use.
        least: samples that each side needs.
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
    """Random pairs of different features, about sqrt(inputs) of them: `(nodes, pairs)` twice."""
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
    """How much variation each split explains, `(nodes, splits)`; -1 if a side has too few."""
    present = there.to(samples)
    counts = left.sum(dim=2), present.sum(dim=1, keepdim=True) - left.sum(dim=2)
    lower = left @ samples
    upper = present[:, None] @ samples - lower
    # The sums of squares about the sides' means are a constant minus this.
    gain = sum(
        side.square().sum(dim=2) / count.clamp(min=1)
        for side, count in zip((lower, upper), counts, strict=True)
    )
    few = torch.minimum(*counts) < least
    return torch.as_tensor(gain).masked_fill(few, -1.0)
