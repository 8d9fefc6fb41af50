"""The region of practical equivalence, within which two arms count as equal."""

import math
from collections.abc import Mapping
from typing import Any

from shoal.errors import UserError
from shoal.system.readers import is_number

KEY = "equal_within"
# Defaults by measure, in dB or as a ratio. For unsteadiness and for a branch's energy there is no
# difference that everybody would call negligible, so that equality is no answer there.
WITHIN = {"psnr": 0.05, "cost": 1.1}
RATIOS = ("cost",)


def region(claim: float | None, experiment: float | None, measure: str) -> float | None:
    """Half the width of the region of practical equivalence; None if equality is no answer.

    Args:
        claim: the claim's own `equal_within`; 0 turns equality off, None means not set.
        experiment: the experiment's `equal_within`, which holds for PSNR alone; likewise.
        measure: the measure of the claim's test.
    """
    said = claim if claim is not None else experiment if measure == "psnr" else None
    return (WITHIN.get(measure) if said is None else said) or None


def read_equal_within(where: str, entry: Mapping[str, Any], measures: set[str]) -> float | None:
    """The validated `equal_within` of a claim; None if it isn't set.

    Args:
        where: the prefix of the key in error messages.
        entry: the claim.
        measures: the measures of its tests.

    Raises:
        UserError: the value is out of range, or the measures have no common unit.
    """
    value = entry.get(KEY)
    if value is None:
        return None
    place = f"{where}{KEY}={value}"
    if not (is_number(value) and 0 <= value < math.inf):
        raise UserError(f"{place} is no number of at least 0 (0: equality is no answer)")
    if value and len({measure in RATIOS for measure in measures}) > 1:
        raise UserError(f"{place} can't be both dB and a ratio, as its tests need: make two claims")
    if 0 < value <= 1 and measures & set(RATIOS):
        raise UserError(f"{place} is no ratio above 1, e.g. 1.1 for a tenth more")
    return float(value)
