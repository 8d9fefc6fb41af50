"""YAML and JSON of strangers: plain data of bounded size and depth, or nothing.

A few hundred bytes of YAML can name a part of themselves so often that what they say fills any
memory, and brackets within brackets end a parser that calls itself.
"""

import json
from pathlib import Path
from typing import Any

import yaml

from shoal.errors import UserError
from shoal.system import regular

LARGEST = 1 << 20  # bytes of a config: a run's has some five thousand
DEEPEST = 40  # maps and lists within each other: a run's has six
OPENING, OPENED = ("[", "{", "- ", "-\t", "?"), 1000  # signs within a line; libyaml bears so many
# libyaml's loader is ten times as fast, where PyYAML was built with it.
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def from_yaml(text: str) -> dict[Any, Any]:
    """A config's tree; one that computes, or repeats parts of itself, is none that Shoal wrote.

    Raises:
        UserError: it is no mapping, or not plain.
        ValueError, YAMLError: it is no YAML.
    """
    if "${" in text or len(text) > LARGEST:
        raise UserError("it isn't plain")
    if _may_grow(text):
        _require_plain(text)
    plain = yaml.load(text, Loader=LOADER)
    if not isinstance(plain, dict):
        raise UserError("it is no mapping")
    if not _is_shallow(plain, DEEPEST):
        raise UserError("it isn't plain")
    return plain


def _may_grow(text: str) -> bool:
    """Whether it may name parts of itself, or open more than indentation could in so few bytes."""
    return any(sign in text for sign in "&*") or sum(map(text.count, OPENING)) > OPENED


def _require_plain(text: str) -> None:
    """Read it piece by piece, which takes as long again as to load it, and ends where it is bad."""
    depth = 0
    for event in yaml.parse(text, Loader=LOADER):
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if isinstance(event, yaml.AliasEvent) or depth > DEEPEST:
            raise UserError("it isn't plain")


def config(path: Path) -> dict[Any, Any]:
    """The tree of a config's file.

    Raises:
        UserError: it is no mapping, or not plain; the file is named.
        OSError, ValueError, YAMLError: it can't be read.
    """
    try:
        return from_yaml(regular.content(path, LARGEST).decode())
    except UserError as error:
        raise UserError(f"{path.name} is no config: {error}") from None


def from_json(text: str | bytes) -> Any:
    """What JSON says.

    Raises:
        ValueError: it is none, or nested too deep.
    """
    try:
        found = json.loads(text)
    except RecursionError:
        raise ValueError("nested too deep") from None
    if not _is_shallow(found, DEEPEST):
        raise ValueError("nested too deep")
    return found


def _is_shallow(tree: Any, levels: int) -> bool:
    """Whether maps and lists lie within each other no more than so often."""
    if not isinstance(tree, dict | list):
        return True
    parts = tree.values() if isinstance(tree, dict) else tree
    return levels > 0 and all(_is_shallow(part, levels - 1) for part in parts)
