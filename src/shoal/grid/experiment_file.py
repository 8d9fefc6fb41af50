"""Reads and checks the parts of an experiment's file.

Each function raises `UserError` if its part is invalid; `experiment_asked.read` adds the file.
"""

from collections.abc import Mapping
from typing import Any

from shoal.errors import UserError, unknown
from shoal.grid import cross
from shoal.system.readers import is_number

KNOWN = (
    *("question", "factors", "arms", "cross", "exclude", "baseline"),
    *("claims", "equal_within", "tune"),
)
ARM = "a list of overrides, e.g. [model=eed, model.units=3] or [model=eed, ~model.units]"


def require_keys(facts: Any) -> None:
    """Refuse a file that lacks a part, or has an unknown one."""
    if not isinstance(facts, Mapping):
        raise UserError(f"its file has no map experiment: with {', '.join(KNOWN)}")
    if "experiment" in facts:
        raise UserError("its file must begin with the line '# @package _global_'")
    if other := [str(each) for each in facts if each not in KNOWN]:
        raise UserError(unknown("experiment", other[0], KNOWN).replace("=", ".", 1))
    if not isinstance(facts.get("question"), str):
        raise UserError("it has no question: write one sentence, question: Is mine better?")
    if not facts.get("arms") and not facts.get("cross"):
        raise UserError(
            "it has no arms: write arms: {LABEL: [overrides]} or cross: {factor: [values]}"
        )
    if "exclude" in facts and not facts.get("cross"):
        raise UserError("exclude: takes cells from a cross, and it has none")


def factors_of(facts: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the factors, in which arms may differ: those of a cross, or those named."""
    named = facts.get("factors")
    if facts.get("cross"):
        if named is not None:
            raise UserError("factors: are those of the cross: leave the line out")
        return tuple(map(cross.factor, facts["cross"]))
    if not isinstance(named, list) or not named:
        raise UserError("factors: is no list of the keys that its arms turn, e.g. [model]")
    return tuple(dict.fromkeys(cross.factor(str(each)) for each in named))


def overrides_of(label: Any, arm: Any) -> tuple[str, ...]:
    """Return an arm's overrides."""
    texts = arm if isinstance(arm, list) else []
    if not texts or not all(isinstance(text, str) and _is_override(text) for text in texts):
        raise UserError(f"arms.{label} is not {ARM}")
    return tuple(texts)


def _is_override(text: str) -> bool:
    """Whether a text sets a key or deletes one."""
    return "=" in text or (text.startswith("~") and len(text) > 1)


def excluded(facts: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the cells that a cross leaves out."""
    cells = facts.get("exclude", [])
    if not isinstance(cells, list) or not all(isinstance(e, Mapping) and e for e in cells):
        raise UserError("exclude: is no list of cells, e.g. [{model: eed, task/loss: l1}]")
    return cells


def equal_within(facts: Mapping[str, Any]) -> float | None:
    """Return half the width of PSNR's region of practical equivalence (dB); None: the default."""
    value = facts.get("equal_within")
    if value is not None and not (is_number(value) and value >= 0):
        raise UserError(f"equal_within: {value} is no number of at least 0, in dB")
    return value


def map_of(facts: Mapping[str, Any], part: str) -> dict[str, Any]:
    """Return a part that is a mapping; {} if it is absent."""
    found = facts.get(part) or {}
    if not isinstance(found, Mapping):
        raise UserError(f"{part}: is not a map")
    return {str(name): value for name, value in found.items()}
