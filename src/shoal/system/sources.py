"""Finds modules of the user's own and what they import, without running them.

A module is the user's own if it is neither in the standard library, nor installed, nor Shoal's.
"""

import ast
import importlib.util
import pkgutil
import sys
from collections.abc import Iterable, Iterator
from importlib.machinery import ModuleSpec
from pathlib import Path

from shoal.errors import UserError
from shoal.system.installed import INSTALLED, OURS


def own_modules(name: str) -> Iterator[ModuleSpec]:
    """Yield the modules of the user's own in a dotted name, packages before their modules."""
    first, *rest = name.split(".")
    if first in OURS or first in sys.stdlib_module_names:
        return
    spec = top_module(first)
    while spec is not None:
        path = Path(str(spec.origin))
        if spec.has_location and path.is_file() and not INSTALLED & set(path.parts):
            yield spec
        if not rest or spec.submodule_search_locations is None:
            return
        spec = _below(f"{spec.name}.{rest.pop(0)}", spec.submodule_search_locations)


def top_module(name: str) -> ModuleSpec | None:
    """Find a top-level module without importing it; None if there is none."""
    try:
        return importlib.util.find_spec(name)
    except (ImportError, ValueError):  # ValueError if the name is that of the running script
        return None


def _below(name: str, folders: Iterable[str]) -> ModuleSpec | None:
    """Find a module of a package, or a namespace package, which has no `__init__.py`.

    `PathFinder` finds namespace packages only within packages that have been imported.
    """
    portions: list[str] = []
    for finder in map(pkgutil.get_importer, folders):
        spec = finder.find_spec(name, None) if finder else None
        if spec and spec.loader:
            return spec
        portions += (spec and spec.submodule_search_locations) or []
    if not portions:
        return None
    found = ModuleSpec(name, None, is_package=True)
    found.submodule_search_locations = portions
    return found


def imported_names(spec: ModuleSpec) -> Iterator[str]:
    """Yield every name that a module imports, anywhere in its file; none for a compiled module.

    Raises:
        UserError: the file is no valid Python, or can't be read.
    """
    path = Path(str(spec.origin))
    if path.suffix != ".py":
        return
    try:
        tree = ast.parse(path.read_bytes())
    except (OSError, SyntaxError, ValueError) as error:
        line = f", line {error.lineno}" if isinstance(error, SyntaxError) else ""
        raise UserError(f"{path}{line} is no Python that can be read: {error.args[0]}") from None
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = _base(spec, node)
            yield base
            yield from (f"{base}.{alias.name}" for alias in node.names if alias.name != "*")


def _base(spec: ModuleSpec, node: ast.ImportFrom) -> str:
    """Return the absolute name of the module in a `from ... import`."""
    above = (spec.parent or "").split(".")
    kept = above[: len(above) - node.level + 1] if node.level else []
    return ".".join([*kept, *([node.module] if node.module else [])])
