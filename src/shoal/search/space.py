"""The space of a search: ranges and choices of config values."""

import math
from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from shoal.errors import UserError
from shoal.system.readers import is_number

if TYPE_CHECKING:
    from optuna.trial import Trial

Suggest = Callable[["Trial"], Any]
RANGE = {"low", "high", "log", "step"}


def suggestions(space: Any) -> dict[str, Suggest]:
    """Return functions with which a trial chooses its values, by key.

    Args:
        space: `key: {low, high}`, with `log: true` or `step` if wanted, or `key: [choices]`; a
            range between two integers contains only integers.

    Raises:
        UserError: it is none of these, or luma would compete with RGB; the message names the key.
    """
    if not isinstance(space, dict) or not space:
        wanted = "give it a key with {low, high} or [choices]"
        raise UserError(f"search.space={space} has nothing to try: {wanted}")
    for name in ("model.channels", "model.planes"):
        if isinstance(choices := space.get(name), list) and 1 in choices and 3 in choices:
            words = "validation PSNR is by classic for luma and by rgb for RGB"
            raise UserError(f"search.space: {name}={choices}: {words}: search each apart")
    return {key: _suggestion(key, entry) for key, entry in space.items()}


def _suggestion(key: str, entry: Any) -> Suggest:
    if isinstance(entry, list) and entry and all(_is_scalar(choice) for choice in entry):
        return lambda trial: trial.suggest_categorical(key, entry)
    if not isinstance(entry, dict) or not {"low", "high"} <= set(entry) <= RANGE:
        raise UserError(f"search.space: {key}={entry} is neither {{low, high}} nor [choices]")
    low, high = entry["low"], entry["high"]
    are_numbers = _is_finite(low) and _is_finite(high)
    if not are_numbers or low > high or (entry.get("log") and low <= 0):
        raise UserError(f"search.space: {key}={entry} is no range of numbers")
    if entry.get("log") and "step" in entry:
        raise UserError(f"search.space: {key}={entry} has both log and step: leave one out")
    step = entry.get("step", 1)
    of_integers = isinstance(low, int) and isinstance(high, int)
    if not _is_finite(step) or step <= 0 or (of_integers and not isinstance(step, int)):
        kind = "an integer" if of_integers else "a number"
        raise UserError(f"search.space: {key}={entry}: step must be {kind} above 0")
    return partial(_number, key=key, entry=entry)


def _is_finite(value: Any) -> bool:
    return is_number(value) and math.isfinite(value)


def _number(trial: "Trial", key: str, entry: Mapping[str, Any]) -> float:
    low, high, log = entry["low"], entry["high"], bool(entry.get("log"))
    if isinstance(low, int) and isinstance(high, int):
        return trial.suggest_int(key, low, high, step=entry.get("step", 1), log=log)
    return trial.suggest_float(key, low, high, step=entry.get("step"), log=log)


def _is_scalar(value: Any) -> bool:
    return value is None or isinstance(value, bool | int | float | str)
