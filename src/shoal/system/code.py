"""The user's own source that a config builds from: which modules, and their content.

Nothing is imported to find it: names in a config lead to files, and a file's import statements to
others. Own is what lies neither in the standard library, nor among installed packages, nor here.
What a module imports by a computed name, or reads as data, isn't seen.
"""

import ast
import hashlib
import importlib.util
import pkgutil
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib.machinery import ModuleSpec
from pathlib import Path
from typing import Any

from shoal.errors import UserError
from shoal.system.installed import INSTALLED, OURS, installed_code
from shoal.system.targets import targets


def own_code(*configs: Any) -> dict[str, str]:
    """SHA-256 of every module of the user's own that configs build from, by the module's name.

    So too of installed packages that a `_target_` comes from: see `system.installed`.

    Args:
        configs: plain trees; each dotted name in them may lead to a module, a `_target_` must.

    Raises:
        UserError: a `_target_`'s module is nowhere to be found, or a file is no Python.
    """
    named = [target for config in configs for target in targets(config)]
    for target in named:
        _require(target)
    found: dict[str, Path] = {}
    waiting = [name for config in configs for name in _names(config)]
    while waiting:
        for spec in _own(waiting.pop()):
            if spec.name not in found:
                found[spec.name] = Path(str(spec.origin))
                waiting += _imports(spec)
    own = {name: _digest(path) for name, path in sorted(found.items())}
    return own | installed_code(named)


def source(module: str) -> Path | None:
    """The file of a module of the user's own, where it is to be found; nothing is imported."""
    return next((Path(str(spec.origin)) for spec in _own(module) if spec.name == module), None)


def changed(before: Mapping[str, str], today: Mapping[str, str]) -> str:
    """The files that differ, as a subject and its verb; "" where none does.

    >>> changed({"mine": "aa"}, {"mine": "bb"})
    'mine.py has changed'
    >>> changed({"nets": "1", "nets.a": "1"}, {"nets": "2", "nets.b": "1"})
    'nets/__init__.py, nets/a.py, nets/b.py have changed'
    """
    every = sorted({*before, *today})
    files = [_file(name, every) for name in every if before.get(name) != today.get(name)]
    if not files:
        return ""
    return f"{', '.join(files)} {'has' if len(files) == 1 else 'have'} changed"


def _file(module: str, modules: Sequence[str]) -> str:
    if " " in module:  # an installed package
        return module
    is_package = any(other.startswith(f"{module}.") for other in modules)
    return module.replace(".", "/") + ("/__init__.py" if is_package else ".py")


def changed_since(before: Mapping[str, str], *configs: Any) -> str:
    """What `changed` says of the code that is here now; a module that is gone has changed too."""
    try:
        return changed(before, own_code(*configs)) if before else ""
    except UserError:
        return changed(before, {})


def _require(target: str) -> None:
    first = target.partition(".")[0]
    if first.isidentifier() and _top(first) is None:
        raise UserError(
            f"_target_={target}: there is no module {first} on Python's path: PYTHONPATH=FOLDER "
            f"before the command names the folder that holds {first}.py"
        )


def _names(config: Any) -> Iterator[str]:
    """All dotted names in a config: `_target_`s, and what an argument may name a class by."""
    if isinstance(config, str):
        parts = config.split(".")
        if len(parts) > 1 and all(part.isidentifier() for part in parts):
            yield config
    elif isinstance(config, Mapping | list | tuple):
        for value in config.values() if isinstance(config, Mapping) else config:
            yield from _names(value)


def _own(name: str) -> Iterator[ModuleSpec]:
    """The modules of the user's own that a dotted name passes through, packages before the last."""
    first, *rest = name.split(".")
    if first in OURS or first in sys.stdlib_module_names:
        return
    spec = _top(first)
    while spec is not None:
        path = Path(str(spec.origin))
        if spec.has_location and path.is_file() and not INSTALLED & set(path.parts):
            yield spec
        if not rest or spec.submodule_search_locations is None:
            return
        spec = _below(f"{spec.name}.{rest.pop(0)}", spec.submodule_search_locations)


def _top(name: str) -> ModuleSpec | None:
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


def _imports(spec: ModuleSpec) -> Iterator[str]:
    """Every name that a module's file imports, wherever in it; none of a compiled module."""
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


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
