"""Regression trees, grown level by level, and how samples descend to their leaves."""

from dataclasses import dataclass

import torch
from torch import Tensor

from shoal.models.classical.splits import Splits, best_splits

NODES = 64  # nodes whose samples are in memory at a time
SUBSET = 512  # samples by which a node's split is chosen


@dataclass(frozen=True)
class Tree:
    """Nodes in the order of their levels, the root first.

    Attributes:
        pairs: indices of the two features whose difference decides, `(nodes, 2)`.
        thresholds: a sample whose difference is at least this goes right, `(nodes,)`.
        children: `(nodes,)`: the index of a node's left child, which the right child follows; for
            leaf number i, -1 - i.
    """

    pairs: Tensor
    thresholds: Tensor
    children: Tensor


def descended(features: Tensor, tree: Tree, depth: int) -> Tensor:
    """The number of the leaf that each sample descends to, `(n,)`.

    Args:
        features: `(n, inputs)`.
        tree: to descend.
        depth: of the tree, at least.
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
        samples: `(n, inputs + outputs)`, scaled by their weights.
        inputs: how many values of a sample, the first ones, a split may use.
        depth: levels below the root, at most.
        least: samples of a leaf, at least.
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
    """A level: the node of each sample that is not yet in a leaf, and the number of nodes."""

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
    """The samples of the nodes that were split, and the level below them."""
    kept = splits.found[level.node]
    rows, node = rows[kept], level.node[kept]
    right = _right(samples, rows, splits.pairs[node], splits.thresholds[node])
    rank = splits.found.cumsum(0) - 1
    return rows, _Level(2 * rank[node] + right, 2 * int(splits.found.sum()))


def _tree(levels: list[_Level], known: list[Splits]) -> Tree:
    """The tree of all levels' nodes, one level after another; nodes without a split are leaves."""
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
