"""How much of the level Holm's adjustment leaves for the questions that are still undecided."""

from typing import NamedTuple, Self

import numpy as np
from numpy.typing import ArrayLike

from shoal.claims.comparison import LEVEL


class Shares(NamedTuple):
    """The parts of the level that an undecided question has.

    Tests of difference and tests of equality are adjusted separately, so each kind has its own.

    Attributes:
        difference: 1 / the number of questions for which no difference is found.
        equal: 1 / the number of questions that aren't found equal.
    """

    difference: float = 1.0
    equal: float = 1.0

    @classmethod
    def left(cls, differences: ArrayLike, equals: ArrayLike) -> Self:
        """The shares after some questions are decided.

        Args:
            differences: Holm-adjusted p of all questions' tests of difference; NaN: not tested.
            equals: the same of their tests of equivalence.
        """
        undecided = [int((np.asarray(p) >= LEVEL).sum()) for p in (differences, equals)]
        return cls(*(1 / max(count, 1) for count in undecided))

    @property
    def tails(self) -> tuple[float, float]:
        """The bounds on a one-sided p for a difference, and for equality."""
        return LEVEL / 2 * self.difference, LEVEL / 2 * self.equal


ALONE = Shares()  # of a question beside which none is undecided
