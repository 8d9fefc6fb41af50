"""Dictionaries for sparse codes: K-SVD, and a second dictionary for the same codes.

Written in PyTorch since scikit-learn has no K-SVD, and its online dictionary learning took eight
minutes for what takes one here.
"""

import torch
import torch.nn.functional as F
from torch import Tensor

from shoal.models.classical.pursuit import BLOCK, in_blocks
from shoal.models.fitted import Progress

ALIKE = 0.99  # if two atoms correlate more than this, one is replaced
LEAST = 4  # an atom that fewer samples use is replaced
TINY = 1e-12  # keeps divisions by zero from being NaN


def ksvd(
    x: Tensor, count: int, nonzeros: int, rounds: int, generator: torch.Generator, tell: Progress
) -> Tensor:
    """A dictionary in which each sample is a sum of few atoms.

    Aharon, Elad, Bruckstein, "K-SVD", IEEE TSP 2006; an atom is updated by one power iteration
    (Rubinstein, Zibulevsky, Elad, 2008), and one that is hardly used or repeats another is replaced
    by the sample that is represented worst, as in their toolbox.

    Args:
        x: samples `(n, d)`.
        count: of atoms.
        nonzeros: atoms in the code of a sample.
        rounds: of coding and updating.
        generator: draws the samples that the atoms start as.
        tell: told how many rounds are done.

    Returns:
        Atoms of unit norm, `(d, count)`.
    """
    usable = (x.norm(dim=1) > 1e-6).nonzero().flatten()
    start = usable[torch.randperm(len(usable), generator=generator)[:count]]
    start = start.repeat(-(-count // max(1, len(start))))[:count]  # if samples are fewer than atoms
    atoms = F.normalize(x[start], dim=1)  # (count, d) in here
    for done in range(rounds):
        indices, coefficients = in_blocks(x, atoms.T, nonzeros)
        rest = x - (atoms[indices] * coefficients[..., None]).sum(1)
        uses = _update(atoms, indices, coefficients, rest)
        if done < rounds - 1:
            _replace(atoms, uses, x, rest)
        tell(done + 1, rounds)
    return atoms.T.contiguous()


def _update(atoms: Tensor, indices: Tensor, coefficients: Tensor, rest: Tensor) -> Tensor:
    """Fit each atom and its coefficients in turn to what the others leave; all in place.

    Returns:
        How many samples use each atom.
    """
    nonzeros = indices.shape[1]
    order = indices.flatten().argsort(stable=True)
    uses = torch.bincount(indices.flatten(), minlength=len(atoms))
    for atom, places in enumerate(torch.split(order, uses.tolist())):
        samples, values = places // nonzeros, coefficients.view(-1)[places]
        if not values.any():
            continue
        whole = rest[samples] + values[:, None] * atoms[atom]
        direction = values @ whole
        atoms[atom] = direction / direction.norm().clamp(min=TINY)
        values = whole @ atoms[atom]
        coefficients.view(-1)[places] = values
        rest[samples] = whole - values[:, None] * atoms[atom]
    return uses


def _replace(atoms: Tensor, uses: Tensor, x: Tensor, rest: Tensor) -> None:
    """Replace atoms that are hardly used or repeat an earlier one by samples, in place."""
    repeats = ((atoms @ atoms.T).abs().tril(-1) > ALIKE).any(dim=1)
    idle = ((uses < LEAST) | repeats).nonzero().flatten()
    worst = rest.norm(dim=1).topk(min(len(idle), len(rest))).indices
    atoms[idle[: len(worst)]] = F.normalize(x[worst], dim=1)


def partner(indices: Tensor, coefficients: Tensor, targets: Tensor, count: int) -> Tensor:
    """The dictionary over which given codes represent other vectors best, by least squares.

    Args:
        indices: of the codes' atoms, `(n, nonzeros)`.
        coefficients: of the codes, `(n, nonzeros)`.
        targets: the vectors to represent, `(n, m)`.
        count: of atoms.

    Returns:
        `(m, count)`; zeros for an atom that no code uses.
    """
    gram = torch.zeros(count, count, dtype=torch.float64)
    mixed = torch.zeros(count, targets.shape[1], dtype=torch.float64)
    parts = (torch.split(each, BLOCK) for each in (indices, coefficients, targets))
    for index, values, target in zip(*parts, strict=True):
        code = torch.zeros(len(index), count).scatter_add_(1, index, values)
        gram += (code.T @ code).double()
        mixed += (code.T @ target).double()
    gram.diagonal().add_(1e-9 * gram.trace() / count + TINY)
    return torch.linalg.solve(gram, mixed).T.float()
