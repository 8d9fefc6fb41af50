"""A regression tree, grown level by level, and a way down it."""

from dataclasses import dataclass

import torch
from torch import Tensor

from shoal.models.classical.splits import Splits, best_splits

NODES = 64  # whose samples are in memory at once
SUBSET = 512  # samples that a node's split is chosen by


@dataclass(frozen=True)
class Tree:
    """Nodes in the order of their levels, the root first.

    Attributes:
        pairs: the two features whose difference decides, `(nodes, 2)`.
        thresholds: at or above which a sample goes right, `(nodes,)`.
        children: of a node the left child, beside which the right one lies; of a leaf -1 less its
            number, `(nodes,)`.
    """

    pairs: Tensor
    thresholds: Tensor
    children: Tensor


def descended(features: Tensor, tree: Tree, depth: int) -> Tensor:
    """The number of the leaf that each sample falls to, `(n,)`.

    Args:
        features: `(n, inputs)`.
        tree: of which no leaf lies deeper than `depth`.
        depth: steps to take.
    """
    rows = torch.arange(len(features), device=features.device)
    node = torch.zeros_like(rows)
    for _ in range(depth):
        right = _right(features, rows, tree.pairs[node], tree.thresholds[node])
        child = tree.children[node]
        node = torch.where(child > 0, child + right, node)
    return -1 - tree.children[node]


def _right(samples: Tensor, rows: Tensor, pairs: Tensor, thresholds: Tensor) -> Tensor:
    """Whether the difference of each row's pair of values is at or above its threshold."""
    return samples[rows, pairs[:, 0]] - samples[rows, pairs[:, 1]] >= thresholds


def grow(samples: Tensor, inputs: int, depth: int, least: int, generator: torch.Generator) -> Tree:
    """Grow a tree whose leaves hold samples that vary little.

    Args:
        samples: `(n, inputs + outputs)`, scaled as they are to count.
        inputs: values, the first ones, that a split may look at.
        depth: levels below the root.
        least: samples that a leaf holds, at least.
        generator: draws each node's subset and splits.
    """
    levels = [_Level(torch.zeros(len(samples), dtype=torch.long), 1)]
    known: list[Splits] = []
    rows = torch.arange(len(samples))
    for _ in range(depth):
        level = levels[-1]
        splits = _split(samples, rows, level, inputs, least, generator)
        known.append(splits)
        if not splits.found.any():
            break
        rows, below = _below(samples, rows, level, splits)
        levels.append(below)
    return _tree(levels, known)


@dataclass(frozen=True)
class _Level:
    """Which node of a level each sample is in that hasn't met a leaf, and how many nodes it has."""

    node: Tensor
    count: int


def _split(
    samples: Tensor,
    rows: Tensor,
    level: _Level,
    inputs: int,
    least: int,
    generator: torch.Generator,
) -> Splits:
    """A split for each node of a level, from a random subset of its samples."""
    shuffled = torch.randperm(len(rows), generator=generator)
    order = rows[shuffled[level.node[shuffled].argsort(stable=True)]]
    sizes = torch.bincount(level.node, minlength=level.count)
    starts = sizes.cumsum(0) - sizes
    parts = []
    for chunk in torch.split(torch.arange(level.count), NODES):
        taken = sizes[chunk].clamp(max=SUBSET)
        places = torch.arange(int(taken.max()))
        there = places < taken[:, None]
        drawn = samples[order[(starts[chunk, None] + places).clamp(max=len(order) - 1)]]
        parts.append(best_splits(drawn * there[..., None], there, inputs, least, generator))
    pairs, thresholds, found = (
        torch.cat([getattr(part, name) for part in parts])
        for name in ("pairs", "thresholds", "found")
    )
    right = _right(samples, rows, pairs[level.node], thresholds[level.node])
    upper = torch.bincount(level.node[right], minlength=level.count)
    enough = torch.minimum(upper, sizes - upper) >= least  # of all samples, not of the subset
    return Splits(pairs, thresholds, found & enough)


def _below(samples: Tensor, rows: Tensor, level: _Level, splits: Splits) -> tuple[Tensor, _Level]:
    """The samples of the nodes that were split, and the level that they come to."""
    kept = splits.found[level.node]
    rows, node = rows[kept], level.node[kept]
    right = _right(samples, rows, splits.pairs[node], splits.thresholds[node])
    rank = splits.found.cumsum(0) - 1
    return rows, _Level(2 * rank[node] + right, 2 * int(splits.found.sum()))


def _tree(levels: list[_Level], known: list[Splits]) -> Tree:
    """All levels' nodes one after another; those of the last level that has no split are leaves."""
    pairs = torch.zeros(sum(level.count for level in levels), 2, dtype=torch.long)
    thresholds, children = torch.zeros(len(pairs)), torch.empty(len(pairs), dtype=torch.long)
    found = torch.zeros(len(pairs), dtype=torch.bool)
    start = 0
    for level, splits in zip(levels, known, strict=False):
        here = slice(start, start + level.count)
        start += level.count
        pairs[here], thresholds[here], found[here] = splits.pairs, splits.thresholds, splits.found
        children[here] = start + 2 * (splits.found.cumsum(0) - 1)
    children[~found] = -1 - torch.arange(int((~found).sum()))
    return Tree(pairs, thresholds, children)
