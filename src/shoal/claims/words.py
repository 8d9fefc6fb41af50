"""Validation of the keys of a claim's tests: which values they take, and which are required."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from shoal.errors import UserError
from shoal.results import AXES
from shoal.system.readers import Reader, is_number, one_of

BRANCHES = ("shallow", "deep")
# Measures that compare branches; and by measure, the goals of which exactly one must be set.
OF_BRANCHES = ("share_above", "correlation_below")
GOALS = {"cost": ("above_bicubic", "below_final")}


def _finite(key: str, value: Any) -> float:
    """A finite number."""
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
# All other keys may be a list: a test then makes a comparison for each of its values.
ONE = ("margin",)


def require_values(where: str, test: Mapping[str, Any]) -> None:
    """Check the values of a test's keys.

    Args:
        where: the claim, as messages name it.
        test: whose keys are all known.

    Raises:
        UserError: a value is invalid, or a measure has no goal or two.
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
    """Check that a measure of branches names branches (`arm:branch`), and others name arms.

    Raises:
        UserError: naming the claim and the arm or branch.
    """
    for name in names:
        arm, _, branch = name.partition(":")
        if measure in OF_BRANCHES and branch not in BRANCHES:
            words = f"{arm}:{BRANCHES[0]} or {arm}:{BRANCHES[1]}"
            raise UserError(f"{where}: {measure} compares branches, not {name}: write {words}")
        if measure not in OF_BRANCHES and branch:
            raise UserError(f"{where}: {measure} compares arms, not the branch {name}: write {arm}")
