"""Sparse codes by the lasso, and dictionaries learned for them."""

import torch
import torch.nn.functional as F
from torch import Tensor

from shoal.models.fitted import Progress

BLOCK = 4096  # signals that are coded at a time
NOTHING = 1e-6  # norm of features that hold nothing but rounding errors
POWERS = 50  # steps of the power method


def codes(signals: Tensor, atoms: Tensor, penalty: float, steps: int) -> Tensor:
    """Codes that approximately minimise |signal - code atoms|^2 / 2 + penalty |code|_1.

    FISTA: Beck and Teboulle, "A Fast Iterative Shrinkage-Thresholding Algorithm for Linear Inverse
    Problems", SIAM J. Imaging Sciences 2009.

    Args:
        signals: `(n, d)`.
        atoms: the dictionary, `(k, d)`.
        penalty: of the codes' absolute values.
        steps: of the algorithm.

    Returns:
        `(n, k)`.
    """
    step = 1 / curvature(atoms)
    code = ahead = signals.new_zeros(len(signals), len(atoms))
    speed = 1.0
    for _ in range(steps):
        slope = (ahead @ atoms - signals) @ atoms.T
        last, code = code, F.softshrink(ahead - step * slope, step * penalty)
        faster = (1 + (1 + 4 * speed**2) ** 0.5) / 2
        ahead = code + (speed - 1) / faster * (code - last)
        speed = faster
    return code


def curvature(atoms: Tensor) -> float:
    """The largest eigenvalue of the atoms' gram matrix, by the power method, plus 1 %."""
    gram = atoms.T @ atoms
    vector = torch.ones(len(gram), dtype=gram.dtype, device=gram.device)
    for _ in range(POWERS):
        vector = F.normalize(gram @ vector, dim=0)
    return 1.01 * float(vector @ gram @ vector)


def learned(
    signals: Tensor,
    count: int,
    penalty: float,
    rounds: int,
    steps: int,
    generator: torch.Generator,
    progress: Progress,
) -> Tensor:
    """A dictionary of unit atoms over which signals have sparse codes.

    Alternates between codes, by the lasso, and atoms, by least squares (the method of optimal
    directions).

    Args:
        signals: of unit norm, `(n, d)`.
        count: of atoms, k.
        penalty: of the lasso.
        rounds: of both.
        steps: of each lasso.
        generator: draws the signals that the atoms start as, and new ones for unused atoms.
        progress: told of each round.

    Returns:
        `(k, d)`.
    """
    atoms = _drawn(signals, count, generator)
    for done in range(rounds):
        gram, moment = signals.new_zeros(count, count), signals.new_zeros(count, signals.shape[1])
        for block in torch.split(signals, BLOCK):
            code = codes(block, atoms, penalty, steps)
            gram.addmm_(code.T, code)
            moment.addmm_(code.T, block)
        used = gram.diagonal() > 0
        ridge = 1e-6 * gram.diagonal().mean() * torch.eye(count)
        atoms = F.normalize(torch.linalg.solve(gram + ridge, moment), dim=1)
        atoms[~used] = _drawn(signals, int((~used).sum()), generator)
        progress(done + 1, rounds)
    return atoms


def _drawn(signals: Tensor, count: int, generator: torch.Generator) -> Tensor:
    return signals[torch.randint(len(signals), (count,), generator=generator)]


def of_unit_norm(features: Tensor) -> tuple[Tensor, Tensor]:
    """Samples `(n, d)` divided by their norm, and the norm `(n, 1)`; zeros stay zeros."""
    norm = features.norm(dim=1, keepdim=True)
    return features / norm.clamp(min=NOTHING), norm
