"""Orthogonal matching pursuit: sparse codes over a dictionary."""

import torch
from torch import Tensor

BLOCK = 8192  # samples whose correlations with all atoms are in memory at a time


def pursue(x: Tensor, atoms: Tensor, nonzeros: int) -> tuple[Tensor, Tensor]:
    """The codes of samples, found one atom after another.

    Args:
        x: samples `(n, d)`.
        atoms: of unit norm, `(d, k)`.
        nonzeros: atoms in a code.

    Returns:
        Indices and coefficients, `(n, nonzeros)` both.
    """
    rest, chosen = x, list[Tensor]()
    basis, shares = list[Tensor](), list[Tensor]()
    upper: list[list[Tensor]] = []  # R of the chosen atoms' QR decomposition, column by column
    for _ in range(nonzeros):
        index = (rest @ atoms).abs().argmax(dim=1)
        atom = atoms.T[index]
        column = list[Tensor]()
        for each in basis:
            column.append((each * atom).sum(1, keepdim=True))
            atom = atom - each * column[-1]
        norm = atom.norm(dim=1, keepdim=True)
        # An atom is chosen again only if nothing is left to represent; then its share is zero.
        inverse = torch.where(norm > 1e-4, 1 / norm.clamp(min=1e-4), torch.zeros_like(norm))
        direction = atom * inverse
        share = (direction * x).sum(1, keepdim=True)
        rest = rest - direction * share
        chosen.append(index)
        basis.append(direction)
        shares.append(share)
        upper.append([*column, inverse])
    return torch.stack(chosen, 1), torch.cat(_solved(upper, shares), 1)


def _solved(upper: list[list[Tensor]], shares: list[Tensor]) -> list[Tensor]:
    """Coefficients by back substitution; the diagonals of `upper` are already inverted."""
    found: list[Tensor] = []
    for row in reversed(range(len(shares))):
        value = shares[row]
        for later, coefficient in enumerate(found, len(shares) - len(found)):
            value = value - upper[later][row] * coefficient
        found.insert(0, value * upper[row][row])
    return found


def in_blocks(x: Tensor, atoms: Tensor, nonzeros: int) -> tuple[Tensor, Tensor]:
    """`pursue` for many samples, block by block, which bounds its memory."""
    parts = [pursue(block, atoms, nonzeros) for block in torch.split(x, BLOCK)]
    indices, coefficients = zip(*parts, strict=True)
    return torch.cat(indices), torch.cat(coefficients)
