"""The words of a claim's tests: what each may be, and which of them a measure can't do without."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from shoal.errors import UserError
from shoal.results import AXES
from shoal.system.readers import Reader, is_number, one_of

BRANCHES = ("shallow", "deep")
# Measures of an ensemble's branches, and those that need one goal of two.
OF_BRANCHES = ("share_above", "correlation_below")
GOALS = {"cost": ("above_bicubic", "below_final")}


def _finite(key: str, value: Any) -> float:
    """A number."""
    if not (is_number(value) and math.isfinite(value)):
        raise UserError(f"{key}={value} is no number")
    return float(value)


READERS: dict[str, Reader] = {
    "margin": _finite,
    "per": one_of(("all", "set")),
    "axis": one_of(AXES),
    "above_bicubic": _finite,
    "below_final": _finite,
    "of": one_of(("val/psnr", "train/loss")),
}
# A test asks about each value of a list, but for its margin.
ONE = ("margin",)


def require_values(where: str, test: Mapping[str, Any]) -> None:
    """Refuse a word that no study could be asked with.

    Args:
        where: the claim, as messages name it.
        test: whose keys are all known.

    Raises:
        UserError: naming the claim, the word and its value.
    """
    for word, value in test.items():
        if word in READERS:
            several = isinstance(value, list) and word not in ONE
            if several and not value:
                raise UserError(f"{where}: {word} is an empty list")
            for each in value if several else [value]:
                READERS[word](f"{where}: {word}", each)
    measure = test["measure"]
    goals = [word for word in GOALS.get(measure, ()) if word in test]
    if measure in GOALS and len(goals) != 1:
        given = " and ".join(goals) or "neither"
        words = f"{where}: {measure} needs one goal of {' and '.join(GOALS[measure])}"
        raise UserError(f"{words}, and has {given}")


def require_sides(where: str, measure: str, names: Sequence[str]) -> None:
    """Refuse an arm where a measure is of branches, `arm:branch`, and a branch where it isn't.

    Raises:
        UserError: naming the claim and what it names.
    """
    for name in names:
        arm, _, branch = name.partition(":")
        if measure in OF_BRANCHES and branch not in BRANCHES:
            words = f"{arm}:{BRANCHES[0]} or {arm}:{BRANCHES[1]}"
            raise UserError(f"{where}: {measure} compares branches, not {name}: write {words}")
        if measure not in OF_BRANCHES and branch:
            raise UserError(f"{where}: {measure} compares arms, not the branch {name}: write {arm}")
