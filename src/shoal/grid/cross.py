"""A full factorial design: each combination of the factors' values is an arm, unless excluded."""

import itertools
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from shoal.errors import UserError, unknown

Cell = dict[str, Any]  # a value of each factor, by the factor's key
# Strings that Hydra's grammar reads without quotes, and words among them that it reads otherwise.
PLAIN = re.compile(r"[A-Za-z_][\w./+-]*")
WORDS = ("true", "false", "null", "nan", "inf", "on", "off", "yes", "no")


def cells(cross: Mapping[str, Sequence[Any]], exclude: Sequence[Mapping[str, Any]]) -> list[Cell]:
    """Return the combinations of a cross, the last factor varying fastest.

    Args:
        cross: the values of each factor.
        exclude: combinations to leave out, each by the values of some or all factors.

    Raises:
        UserError: a factor has fewer than two values, or an exclusion names an unknown one.
    """
    if not cross:
        return []
    _require_values(cross)
    for each in exclude:
        _require_known(cross, each)
    found = [dict(zip(cross, values, strict=True)) for values in itertools.product(*cross.values())]
    return [cell for cell in found if not any(_has(cell, each) for each in exclude)]


def factor(key: str) -> str:
    """Return the key of the config that a factor sets.

    >>> [factor(key) for key in ("task/loss", "model@model.shallow", "+model.deep.folding")]
    ['task.loss', 'model.shallow', 'model.deep.folding']
    """
    return key.lstrip("+").rpartition("@")[2].replace("/", ".")


def texts(cell: Cell) -> dict[str, str]:
    """Format a cell's values for people: a string as it is, any other value with its key."""
    return {key: _text(key, value) for key, value in cell.items()}


def label(cell: Cell) -> str:
    """Return the label of a cell's arm, made of its values.

    >>> label({"model": "eeds", "task/loss": "l1", "model.deep.units": 2})
    'eeds-l1-units=2'
    """
    return "-".join(texts(cell).values())


def overrides(cell: Cell) -> tuple[str, ...]:
    """Return the overrides from which Hydra composes a cell.

    >>> overrides({"model": "eed", "model.kernels": [3, 5], "name": "a b"})
    ('model=eed', 'model.kernels=[3,5]', "name='a b'")
    """
    return tuple(f"{key}={_element(value)}" for key, value in cell.items())


def complete(values: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, str]]:
    """Recognise arms that are written out one by one but form a full cross of several factors.

    Args:
        values: each arm's values of the factors, by label.

    Returns:
        The values as text, by label; empty if they are no full cross.
    """
    found = {name: texts(dict(each)) for name, each in values.items()}
    there = {tuple(cell.values()) for cell in found.values()}
    levels = [set(column) for column in zip(*there, strict=True)]
    whole = len(levels) > 1 and there == set(itertools.product(*levels))
    return found if whole and len(there) == len(found) else {}


def _require_values(cross: Mapping[str, Sequence[Any]]) -> None:
    for key, values in cross.items():
        if not isinstance(values, list) or not values:
            raise UserError(f"cross.{key} is no list of two or more values, e.g. {key}: [a, b]")
        if len(values) == 1:
            raise UserError(
                f"cross.{key} has one value: what all arms share stands outside of experiment, as "
                f"{_for_all(key, values[0])}"
            )
        names = [_text(key, value) for value in values]
        if twice := [name for name in names if names.count(name) > 1]:
            raise UserError(f"cross.{key} has {twice[0]} twice")


def _for_all(key: str, value: Any) -> str:
    """Show how an experiment's file gives every arm a value.

    >>> print(_for_all("task/loss", "l1"), _for_all("task.optimizer.lr", 0.001))
    defaults: [override /task/loss: l1] task: {optimizer: {lr: 0.001}}
    """
    if isinstance(value, str) and "." not in key.partition("@")[0]:
        return f"defaults: [override /{key}: {value}]"
    first, *inner = key.lstrip("+").split(".")
    opened = "".join(f"{{{part}: " for part in inner)
    return f"{first}: {opened}{_element(value)}{'}' * len(inner)}"


def _require_known(cross: Mapping[str, Sequence[Any]], cell: Mapping[str, Any]) -> None:
    for key, value in cell.items():
        if key not in cross:
            raise UserError(f"exclude: {unknown('factor', key, cross)}")
        names = [_text(key, each) for each in cross[key]]
        if _text(key, value) not in names:
            raise UserError(f"exclude: {unknown(key, value, map(str, cross[key]))}")


def _has(cell: Cell, values: Mapping[str, Any]) -> bool:
    return all(_text(key, cell[key]) == _text(key, value) for key, value in values.items())


def _text(key: str, value: Any) -> str:
    return value if isinstance(value, str) else f"{_last(key)}={_element(value)}"


def _last(key: str) -> str:
    return factor(key).rpartition(".")[2]


def _element(value: Any) -> str:
    """Format a value in Hydra's grammar."""
    if isinstance(value, str):
        plain = PLAIN.fullmatch(value) and value.casefold() not in WORDS
        return value if plain else "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"
    if isinstance(value, list):
        return f"[{','.join(map(_element, value))}]"
    if isinstance(value, Mapping):
        return "{" + ",".join(f"{key}:{_element(each)}" for key, each in value.items()) + "}"
    return json.dumps(value)


def named(found: Sequence[Cell]) -> Iterator[tuple[str, Cell]]:
    """Yield cells with their labels.

    Raises:
        UserError: two cells have the same label.
    """
    seen: set[str] = set()
    for cell in found:
        if (name := label(cell)) in seen:
            raise UserError(f"cross: two of its cells would be called {name}: rename a value")
        seen.add(name)
        yield name, cell
