"""Equal as an answer: within which region of practical equivalence two arms are alike."""

from collections.abc import Mapping
from typing import Any

from shoal.errors import UserError
from shoal.system.readers import is_number

KEY = "equal_within"
# Of each measure, where a claim says nothing: dB, or a ratio. How steady a curve is, and how a
# branch's energy lies, have no size that would matter to everybody: there equality is no answer.
WITHIN = {"psnr": 0.05, "cost": 1.1}
RATIOS = ("cost",)


def region(claim: float | None, experiment: float | None, measure: str) -> float | None:
    """How far from each other two arms may be and count as alike; None where they never do.

    Args:
        claim: what it says; 0: it takes no equality for an answer.
        experiment: what it says of PSNR, likewise.
        measure: of the claim's test.
    """
    said = claim if claim is not None else experiment if measure == "psnr" else None
    return (WITHIN.get(measure) if said is None else said) or None


def checked(where: str, entry: Mapping[str, Any], measures: set[str]) -> float | None:
    """What a claim or an experiment says under `equal_within`; None where it says nothing.

    Args:
        where: it stands, for what is said.
        entry: the claim or the experiment.
        measures: that it is about.

    Raises:
        UserError: it is no such number, or the measures have no common unit.
    """
    value = entry.get(KEY)
    if value is None:
        return None
    place = f"{where}{KEY}={value}"
    if not is_number(value) or value < 0:
        raise UserError(f"{place} is no number of at least 0 (0: equality is no answer)")
    if value and len({measure in RATIOS for measure in measures}) > 1:
        raise UserError(f"{place} is of dB or of a ratio, and its tests have both: make two claims")
    if 0 < value <= 1 and measures & set(RATIOS):
        raise UserError(f"{place} is no ratio above 1, e.g. 1.1 for a tenth more")
    return float(value)
