"""Readers of config values, which return an allowed value and refuse any other."""

import math
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

from shoal.errors import UserError, unknown

Reader = Callable[[str, Any], Any]  # from the dotted key and the value


def whole(least: int, *, most: float = math.inf, null: bool = False) -> Reader:
    """Return a reader of integers from `least` to `most`; with `null`, also of None."""

    def reader(key: str, value: Any) -> Any:
        if value is None and null:
            return None
        if isinstance(value, bool) or not isinstance(value, int) or value < least:
            raise UserError(f"{key}={value} is not an integer of at least {least}")
        if value > most:
            raise UserError(f"{key}={value} is too large: at most {most}")
        return value

    return reader


def number(least: float, *, below: float = math.inf, null: bool = False) -> Reader:
    """Return a reader of numbers of at least `least` and below `below`; with `null`, of None."""

    def reader(key: str, value: Any) -> Any:
        if value is None and null:
            return None
        if not (is_number(value) and least <= value < below):
            limit = f" and below {below}" if below < math.inf else ""
            raise UserError(f"{key}={value} is not a number of at least {least}{limit}")
        return value

    return reader


def is_number(value: Any) -> bool:
    """Whether a YAML value is a number; true, which is 1 in Python, is none."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def one_of(options: Collection[str]) -> Reader:
    """Return a reader of one of several words."""

    def reader(key: str, value: Any) -> Any:
        if value not in options:
            raise UserError(unknown(key, value, options))
        return value

    return reader


def folder_name(key: str, value: Any) -> str:
    """Read the name of a folder, which doesn't have to exist."""
    if not isinstance(value, str) or not value.strip():
        raise UserError(f"{key}={value} is not the name of a folder")
    return value


def folder(key: str, value: Any) -> Path:
    """Read the path of a folder, which doesn't have to exist."""
    return Path(folder_name(key, value))


def word(key: str, value: Any) -> str:
    """Read a string that isn't blank."""
    if not isinstance(value, str) or not value.strip():
        raise UserError(f"{key}={value} is not a word")
    return value


def boolean(key: str, value: Any) -> bool:
    """Read true or false."""
    if not isinstance(value, bool):
        raise UserError(f"{key}={value} is neither true nor false")
    return value
