"""Belief propagation on a grid, which chooses candidates that fit the evidence and each other."""

import torch
from torch import Tensor


def most_likely(evidence: Tensor, across: Tensor, down: Tensor, rounds: int) -> Tensor:
    """Loopy belief propagation in its min-sum form, all messages of a round at once.

    Args:
        evidence: the cost of each node's candidates, `(rows, columns, k)`.
        across: the cost of a candidate beside each of its right neighbour's,
            `(rows, columns - 1, k, k)`.
        down: the cost of a candidate above each of its lower neighbour's,
            `(rows - 1, columns, k, k)`.
        rounds: of messages; 0: the evidence alone decides.

    Returns:
        The index of each node's candidate, `(rows, columns)`.
    """
    # The messages to each node from its left, right, upper and lower neighbours.
    told = [torch.zeros_like(evidence) for _ in range(4)]
    for _ in range(rounds):
        belief = evidence + sum(told)
        left, right, upper, lower = (torch.zeros_like(evidence) for _ in range(4))
        # A message is its sender's belief without what the receiver has told the sender.
        left[:, 1:] = _message((belief - told[1])[:, :-1], across)
        right[:, :-1] = _message((belief - told[0])[:, 1:], across.transpose(2, 3))
        upper[1:] = _message((belief - told[3])[:-1], down)
        lower[:-1] = _message((belief - told[2])[1:], down.transpose(2, 3))
        told = [left, right, upper, lower]
    return (evidence + sum(told)).argmin(dim=2)


def _message(belief: Tensor, costs: Tensor) -> Tensor:
    """The least cost on the sender's side for each candidate of the receiver, minimum zero."""
    told = (belief[..., None] + costs).amin(dim=2)
    return told - told.amin(dim=2, keepdim=True)
