"""Typed configs: dataclasses whose fields say which values are allowed.

A field's annotation determines its reader: `Annotated[int, whole(1)]`, another dataclass, `str`,
`bool` or `Path`. Any other annotation accepts all values, for code elsewhere to check. Values are
kept as they were written: 1 and 1.0 stay different.
"""

import difflib
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from pathlib import Path
from typing import Annotated, Any, TypeVar, get_args, get_origin, get_type_hints

from shoal.errors import UserError
from shoal.system.readers import Reader, boolean, folder, word

T = TypeVar("T")


def read(kind: type[T], tree: Mapping[str, Any], prefix: str = "") -> T:
    """Read a dataclass from a plain tree, which must have its fields as keys and no others.

    Args:
        kind: the dataclass.
        tree: without interpolations.
        prefix: put before keys in messages.

    Raises:
        UserError: a key is missing or unknown, or a value isn't allowed.
    """
    readers = {
        key: _reader(hint) for key, hint in get_type_hints(kind, include_extras=True).items()
    }
    for key in tree:
        if key not in readers:
            near = difflib.get_close_matches(str(key), readers, n=1)
            hint = f"did you mean {prefix}{near[0]}?" if near else f"there are {', '.join(readers)}"
            raise UserError(f"{prefix}{key} is not in the config: {hint}")
    for key in readers:
        if key not in tree and key not in _defaults(kind):
            raise UserError(f"{prefix}{key} is not set: give it a value, {prefix}{key}=...")
    given = {key: reader for key, reader in readers.items() if key in tree}
    return kind(**{key: reader(f"{prefix}{key}", tree[key]) for key, reader in given.items()})


def _defaults(kind: Any) -> set[str]:
    """Return the fields with defaults, which configs of older runs lack."""
    return {
        each.name
        for each in fields(kind)
        if not (each.default is MISSING and each.default_factory is MISSING)
    }


def _reader(hint: Any) -> Reader:
    if get_origin(hint) is Annotated:
        reader: Reader = get_args(hint)[1]
        return reader
    if isinstance(hint, type) and is_dataclass(hint):
        return lambda key, value: read(hint, mapping(key, value), f"{key}.")
    return {str: word, bool: boolean, Path: folder}.get(hint, lambda key, value: value)


def mapping(key: str, value: Any) -> dict[str, Any]:
    """Return a mapping; refuse `model=null` and `task.loss=l1`, which replace a group by a word."""
    if isinstance(value, dict):
        return value
    parent, _, name = key.rpartition(".")
    if parent:
        raise UserError(f"{key}={value} is no recipe: an option is {parent}/{name}=NAME")
    raise UserError(f"{key}={value} is no group: `shoal train --help` lists them")


def node(**bounds: Reader) -> Reader:
    """Return a reader of an object that Hydra builds, with readers for some of its arguments."""

    def reader(key: str, value: Any) -> dict[str, Any]:
        tree = mapping(key, value)
        if not isinstance(tree.get("_target_"), str):
            raise UserError(f"{key}={value} has no _target_ to build")
        for name in bounds.keys() & tree.keys():
            bounds[name](f"{key}.{name}", tree[name])
        return tree

    return reader


def nodes(key: str, value: Any) -> dict[str, Any]:
    """Read any number of objects that Hydra builds, by name; null means none."""
    tree = {} if value is None else mapping(key, value)
    return {name: node()(f"{key}.{name}", entry) for name, entry in tree.items()}


def optional(kind: type[T]) -> Reader:
    """Return a reader of another dataclass or None."""
    return lambda key, value: None if value is None else read(kind, mapping(key, value), f"{key}.")
