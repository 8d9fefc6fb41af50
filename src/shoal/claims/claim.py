"""Claims as data: a sentence and the comparisons that it depends on."""

import inspect
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from shoal.claims.equivalence import KEY, read_equal_within
from shoal.claims.measures import MEASURES
from shoal.claims.words import require_sides, require_values
from shoal.errors import UserError, unknown

SIDES = ("greater", "lesser")
# The arguments that every measure takes; all others are keys that a test may set.
HANDED = ("study", "scale", *SIDES)


@dataclass(frozen=True)
class Claim:
    """A sentence and the comparisons that must all hold for it to be supported.

    Attributes:
        equal_within: half the width of the region of practical equivalence; see `equivalence`.
    """

    id: str
    says: str
    tests: tuple[Mapping[str, Any], ...]
    equal_within: float | None = None

    @property
    def arms(self) -> list[str]:
        """The arms that its tests name."""
        named = (ref.split(":")[0] for test in self.tests for s in SIDES for ref in test[s])
        return list(dict.fromkeys(named))


def read_claims(written: Mapping[str, Any]) -> list[Claim]:
    """Read an experiment's claims, written as `ID: {says: ..., tests: [...]}`.

    A claim may also set `equal_within`, e.g. to 0.05.

    Raises:
        UserError: a claim lacks a part, or has an unknown key or value.
    """
    return [_claim(str(name), entry) for name, entry in written.items()]


def require_arms(claims: Sequence[Claim], arms: Iterable[str]) -> None:
    """Check that claims only name existing arms.

    Args:
        claims: from `read_claims`.
        arms: the arms of the experiment.

    Raises:
        UserError: a claim names an unknown arm; the message suggests the nearest one.
    """
    there = list(arms)
    for claim in claims:
        for name in claim.arms:
            if name not in there:
                raise UserError(f"claims.{claim.id}: {unknown('arm', name, there)}")


def _claim(name: str, entry: Any) -> Claim:
    where = f"claims.{name}"
    if not isinstance(entry, Mapping) or not isinstance(entry.get("says"), str):
        raise UserError(f"{where} needs says: (one sentence) and tests: (a list)")
    known = ("says", "tests", KEY)
    if other := [str(key) for key in entry if key not in known]:
        raise UserError(f"{where}: {unknown('key', other[0], known)}")
    tests = entry.get("tests")
    if not isinstance(tests, list) or not tests:
        example = "{measure: psnr, greater: [ARM], lesser: [ARM]}"
        raise UserError(f"{where} has no tests: write a list of comparisons, e.g. {example}")
    tests = tuple(_checked(where, test) for test in tests)
    within = read_equal_within(f"{where}.", entry, {test["measure"] for test in tests})
    return Claim(name, entry["says"], tests, within)


def _checked(where: str, test: Any) -> Mapping[str, Any]:
    """Return a test after checking its measure, its arms and all other keys."""
    measure = test.get("measure") if isinstance(test, Mapping) else None
    if not isinstance(measure, str) or measure not in MEASURES:
        raise UserError(f"{where}: {unknown('measure', measure, MEASURES)}")
    for side in SIDES:
        arms = test.get(side)
        if not isinstance(arms, list) or not arms or not all(isinstance(a, str) for a in arms):
            raise UserError(f"{where}: {side} is no list of arms, e.g. {side}: [eeds]")
        require_sides(where, measure, arms)
    words = [n for n in inspect.signature(MEASURES[measure]).parameters if n not in HANDED]
    needed = ["measure", *SIDES, "margin", *words]
    if other := [str(word) for word in test if word not in needed]:
        raise UserError(f"{where}: {unknown('key', other[0], needed)}")
    _require_words(where, test, words)
    return test


def _require_words(where: str, test: Mapping[str, Any], words: Sequence[str]) -> None:
    parameters = inspect.signature(MEASURES[test["measure"]]).parameters
    empty = inspect.Parameter.empty
    if absent := [w for w in words if parameters[w].default is empty and w not in test]:
        raise UserError(f"{where}: {test['measure']} needs {', '.join(absent)}")
    require_values(where, test)
