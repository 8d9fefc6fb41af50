"""Modules of the user's own by their names, and what they import: nothing is run to find it.

Own is what lies neither in the standard library, nor among installed packages, nor here.
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
    """The modules of the user's own that a dotted name passes through, packages before the last."""
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
    """A module that isn't in a package, without importing it; None where there is none."""
    try:
        return importlib.util.find_spec(name)
    except (ImportError, ValueError):  # the second of a script that runs under its own name
        return None


def _below(name: str, folders: Iterable[str]) -> ModuleSpec | None:
    """A module of a package, or a folder without `__init__.py`, which may lie in another such.

    `PathFinder` finds the latter only in packages that have been imported.
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
    """Every name that a module's file imports, wherever in it; none of a compiled module.

    Raises:
        UserError: the file is no Python, or can't be read.
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
    """The absolute name that `from ... import` begins with."""
    above = (spec.parent or "").split(".")
    kept = above[: len(above) - node.level + 1] if node.level else []
    return ".".join([*kept, *([node.module] if node.module else [])])
