"""Reads strangers' YAML and JSON safely: only plain data of bounded size and depth.

With aliases, a few hundred bytes of YAML can expand until they fill any memory. Deeply nested
brackets crash a recursive parser.
"""

import json
from pathlib import Path
from typing import Any

import yaml

from shoal.errors import UserError
from shoal.system import regular

LARGEST = 1 << 20  # bytes of a config; a run's has about five thousand
DEEPEST = 40  # levels of nested mappings and lists; a run's config has six
OPENING, OPENED = ("[", "{", "- ", "-\t", "?"), 1000  # signs that nest, and how many are harmless
# libyaml's loader is ten times as fast, if PyYAML was built with it.
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def from_yaml(text: str) -> dict[Any, Any]:
    """Read a config as a tree; interpolations and aliases are refused, as Shoal writes none.

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
    """Whether a text may have aliases, or so many opening signs that it may be nested too deep."""
    return any(sign in text for sign in "&*") or sum(map(text.count, OPENING)) > OPENED


def _require_plain(text: str) -> None:
    """Check a text event by event, which takes as long as loading it, and stop at what is bad."""
    depth = 0
    for event in yaml.parse(text, Loader=LOADER):
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if isinstance(event, yaml.AliasEvent) or depth > DEEPEST:
            raise UserError("it isn't plain")


def config(path: Path) -> dict[Any, Any]:
    """Read the file of a config as a tree.

    Raises:
        UserError: it is no mapping, or not plain; the file is named.
        OSError, ValueError, YAMLError: it can't be read.
    """
    try:
        return from_yaml(regular.content(path, LARGEST).decode())
    except UserError as error:
        raise UserError(f"{path.name} is no config: {error}") from None


def from_json(text: str | bytes) -> Any:
    """Parse JSON.

    Raises:
        ValueError: it is invalid, or nested too deep.
    """
    try:
        found = json.loads(text)
    except RecursionError:
        raise ValueError("nested too deep") from None
    if not _is_shallow(found, DEEPEST):
        raise ValueError("nested too deep")
    return found


def _is_shallow(tree: Any, levels: int) -> bool:
    """Whether mappings and lists are nested in no more than so many levels."""
    if not isinstance(tree, dict | list):
        return True
    parts = tree.values() if isinstance(tree, dict) else tree
    return levels > 0 and all(_is_shallow(part, levels - 1) for part in parts)
