"""Digests of the user's own source code that a config builds from.

Names in a config lead to files, and their import statements lead to others: see `sources`. Modules
imported by a computed name, and files read as data, are not found.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from shoal.errors import UserError
from shoal.system.files import sha256
from shoal.system.installed import installed_code
from shoal.system.sources import imported_names, own_modules, top_module
from shoal.system.targets import targets


def own_code(*configs: Any) -> dict[str, str]:
    """Return the SHA-256 of every module of the user's own that configs build from, by name.

    Installed packages that a `_target_` comes from are included: see `system.installed`.

    Args:
        configs: plain trees. Any dotted name in them may lead to a module, a `_target_` must.

    Raises:
        UserError: the module of a `_target_` can't be found, or a file is no valid Python.
    """
    named = [target for config in configs for target in targets(config)]
    for target in named:
        _require(target)
    found: dict[str, Path] = {}
    waiting = [name for config in configs for name in _names(config)]
    while waiting:
        for spec in own_modules(waiting.pop()):
            if spec.name not in found:
                found[spec.name] = Path(str(spec.origin))
                waiting += imported_names(spec)
    own = {name: sha256(path) for name, path in sorted(found.items())}
    return own | installed_code(named)


def source(module: str) -> Path | None:
    """Return the file of a module of the user's own, without importing it; None if not found."""
    found = (spec for spec in own_modules(module) if spec.name == module)
    return next((Path(str(spec.origin)) for spec in found), None)


def changed(before: Mapping[str, str], today: Mapping[str, str]) -> str:
    """Say which files differ; "" if none does.

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
    """Say which files differ from today's; a module that is gone counts as changed."""
    try:
        return changed(before, own_code(*configs)) if before else ""
    except UserError:
        return changed(before, {})


def _require(target: str) -> None:
    first = target.partition(".")[0]
    if first.isidentifier() and top_module(first) is None:
        raise UserError(
            f"_target_={target}: there is no module {first} on Python's path: PYTHONPATH=FOLDER "
            f"before the command names the folder that holds {first}.py"
        )


def _names(config: Any) -> Iterator[str]:
    """Yield all dotted names in a config: targets, and arguments that may name a class."""
    if isinstance(config, str):
        parts = config.split(".")
        if len(parts) > 1 and all(part.isidentifier() for part in parts):
            yield config
    elif isinstance(config, Mapping | list | tuple):
        for value in config.values() if isinstance(config, Mapping) else config:
            yield from _names(value)
