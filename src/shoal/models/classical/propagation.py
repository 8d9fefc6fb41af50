"""Belief propagation on a grid: candidates that fit what was seen and each other."""

import torch
from torch import Tensor


def most_likely(evidence: Tensor, across: Tensor, down: Tensor, rounds: int) -> Tensor:
    """Loopy belief propagation in its min-sum form, all messages of a round at once.

    Args:
        evidence: the cost of each node's candidates, `(rows, columns, k)`.
        across: of a node's candidate beside its right neighbour's, `(rows, columns - 1, k, k)`.
        down: of a node's candidate above its lower neighbour's, `(rows - 1, columns, k, k)`.
        rounds: in which messages are sent; 0: the evidence alone decides.

    Returns:
        The candidate of each node, `(rows, columns)`.
    """
    # What each node has been told: by its left, right, upper and lower neighbours.
    told = [torch.zeros_like(evidence) for _ in range(4)]
    for _ in range(rounds):
        belief = evidence + sum(told)
        left, right, upper, lower = (torch.zeros_like(evidence) for _ in range(4))
        # A message is what its sender believes without what the receiver has told it.
        left[:, 1:] = _message((belief - told[1])[:, :-1], across)
        right[:, :-1] = _message((belief - told[0])[:, 1:], across.transpose(2, 3))
        upper[1:] = _message((belief - told[3])[:-1], down)
        lower[:-1] = _message((belief - told[2])[1:], down.transpose(2, 3))
        told = [left, right, upper, lower]
    return (evidence + sum(told)).argmin(dim=2)


def _message(belief: Tensor, costs: Tensor) -> Tensor:
    """For each candidate of the receiver the least cost of the sender's side, from zero up."""
    told = (belief[..., None] + costs).amin(dim=2)
    return told - told.amin(dim=2, keepdim=True)
