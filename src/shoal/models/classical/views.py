"""Training pictures turned and mirrored, and their samples in blocks of bounded size."""

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
import torch
from torch import Tensor

from shoal.errors import UserError
from shoal.models.blocks import at_least
from shoal.models.fitted import Pair

BLOCK = 65536  # samples that are in memory at a time
FORMS = 8  # of a picture: the symmetries of the square


def require_forms(forms: int) -> None:
    """Refuse a number of forms that a picture doesn't have.

    Raises:
        UserError: it is not in 1 to 8.
    """
    at_least(1, forms=forms)
    if forms > FORMS:
        raise UserError(f"forms={forms} of a picture: there are {FORMS}")


def no_detail(pictures: Sequence[Pair]) -> UserError:
    """The error for pictures that are flat all over."""
    count = len(pictures)
    return UserError(f"{count} pictures hold no detail to fit to: give larger or less flat ones")


def turned(pair: Pair, count: int) -> Iterator[Pair]:
    """A picture's turned and mirrored forms, which are valid pairs since bicubic is symmetric.

    Args:
        pair: LR and HR.
        count: of forms, 1 to 8; the first is the picture as it is.
    """
    for number in range(count):
        flips = [dim for dim, bit in ((-2, 1), (-1, 2)) if number & bit]
        lr, hr = (each.transpose(-2, -1) if number & 4 else each for each in pair)
        yield lr.flip(flips), hr.flip(flips)


def gathered(parts: Iterable[tuple[Tensor, ...]]) -> Iterator[tuple[Tensor, ...]]:
    """Samples of many pictures, `(n, ...)` each, joined to blocks of `BLOCK` or somewhat more."""
    held: list[tuple[Tensor, ...]] = []
    for part in parts:
        held.append(part)
        if sum(len(each[0]) for each in held) >= BLOCK:
            yield joined(held)
            held = []
    if held:
        yield joined(held)


def joined(parts: list[tuple[Tensor, ...]]) -> tuple[Tensor, ...]:
    """Several tuples of samples, concatenated."""
    return tuple(torch.cat(each) for each in zip(*parts, strict=True))


def generator_of(seed: int, number: int) -> torch.Generator:
    """One of several independent generators of a seed."""
    state = np.random.SeedSequence([seed, number]).generate_state(1, np.uint64)
    return torch.Generator().manual_seed(int(state[0] >> np.uint64(1)))
