"""What a value of a config may be: readers that give it back, or refuse it and say why."""

import math
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

from shoal.errors import UserError, unknown

Reader = Callable[[str, Any], Any]  # from the dotted key and the value


def whole(least: int, *, most: float = math.inf, null: bool = False) -> Reader:
    """An integer between two bounds."""

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
    """A number of at least one bound and below the other."""

    def reader(key: str, value: Any) -> Any:
        if value is None and null:
            return None
        if not (is_number(value) and least <= value < below):
            limit = f" and below {below}" if below < math.inf else ""
            raise UserError(f"{key}={value} is not a number of at least {least}{limit}")
        return value

    return reader


def is_number(value: Any) -> bool:
    """Whether a value of YAML is a number; Python takes true for 1."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def one_of(options: Collection[str]) -> Reader:
    """One of some words."""

    def reader(key: str, value: Any) -> Any:
        if value not in options:
            raise UserError(unknown(key, value, options))
        return value

    return reader


def folder_name(key: str, value: Any) -> str:
    """The name of a folder, which needn't be there."""
    if not isinstance(value, str) or not value.strip():
        raise UserError(f"{key}={value} is not the name of a folder")
    return value


def folder(key: str, value: Any) -> Path:
    """The path of a folder, which needn't be there."""
    return Path(folder_name(key, value))


def word(key: str, value: Any) -> str:
    """A word, of at least one letter."""
    if not isinstance(value, str) or not value.strip():
        raise UserError(f"{key}={value} is not a word")
    return value


def boolean(key: str, value: Any) -> bool:
    """True or false."""
    if not isinstance(value, bool):
        raise UserError(f"{key}={value} is neither true nor false")
    return value
