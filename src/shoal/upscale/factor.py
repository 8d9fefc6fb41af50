"""How much larger: by any number from 1 to 16, or to a size; and by which networks in a row."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from itertools import product

from shoal.errors import UserError

LARGEST = 16
SIZE = re.compile(r"(\d{0,6})x(\d{0,6})")  # no picture has a longer side


@dataclass(frozen=True)
class Factor:
    """What is asked for.

    Attributes:
        name: as file names carry it: `x4`, `x2.5`, `3840x`.
        scale: how much larger; None where a size is asked for.
        width: pixels that a result has at most, or None.
        height: the same.
    """

    name: str
    scale: float | None = None
    width: int | None = None
    height: int | None = None

    def of(self, height: int, width: int) -> float:
        """How much larger a picture of that size becomes.

        Raises:
            UserError: it is larger already, or would grow more than 16-fold.
        """
        if self.scale is not None:
            return self.scale
        sides = ((self.width, width), (self.height, height))
        scale = min(wanted / there for wanted, there in sides if wanted is not None)
        if not 1 <= scale <= LARGEST:
            words = "would be reduced" if scale < 1 else f"would grow more than {LARGEST}-fold"
            raise UserError(f"{width} x {height} {words} to --size {self.name}: choose another")
        return scale

    def size(self, height: int, width: int) -> tuple[int, int]:
        """Height and width of what becomes of a picture, to the nearest pixel.

        >>> Factor("3840x", width=3840).size(333, 1000)
        (1279, 3840)
        """
        scale = self.of(height, width)
        return max(int(scale * height + 0.5), 1), max(int(scale * width + 0.5), 1)


def by_scale(scale: float) -> Factor:
    """So many times as large.

    >>> by_scale(2.50).name
    'x2.5'
    """
    return Factor(f"x{scale:g}", scale)


def to_size(text: str) -> Factor:
    """To a width `3840x`, a height `x2160`, or within both `3840x2160`.

    Raises:
        UserError: it is none of these.
    """
    found = SIZE.fullmatch(text)
    sides = [int(side) if side else None for side in found.groups()] if found else []
    if not any(sides) or 0 in sides:
        raise UserError(f"--size {text} is no size: e.g. 3840x (width), x2160 (height), 3840x2160")
    return Factor(text, width=sides[0], height=sides[1])


def steps(scale: float, networks: Collection[int]) -> tuple[int, ...]:
    """The networks that enlarge by the least integer that is no less than the scale.

    One, or two in a row; none where two don't reach so far. The smaller comes first: at x8 that is
    better by 0.02 to 0.09 dB, and takes two fifths of the time.

    >>> [steps(scale, (2, 3, 4)) for scale in (1.5, 4, 4.5, 8, 17)]
    [(2,), (4,), (2, 3), (2, 4), ()]
    """
    rows = [(each,) for each in networks]
    rows += [pair for pair in product(networks, repeat=2) if pair[0] <= pair[1]]  # type: ignore[misc]
    factors = {row: row[0] * (row[1] if len(row) > 1 else 1) for row in rows}
    enough = [row for row, factor in factors.items() if factor >= scale]
    return min(enough, key=lambda row: (factors[row], len(row)), default=())
