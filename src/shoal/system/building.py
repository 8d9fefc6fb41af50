"""Builds the objects that a config names, or says in one line why they can't be built."""

import difflib
import pkgutil
import re
import sys
from collections.abc import Mapping
from typing import Any

from hydra.utils import instantiate

from shoal.errors import UserError, first_line


def built(key: str, node: Mapping[str, Any], **more: Any) -> Any:
    """Build the object of a `_target_` and its arguments.

    Args:
        key: the node's key in the config, for messages, e.g. `task.loss`.
        node: the target and its arguments.
        more: further arguments, and Hydra's flags.

    Raises:
        UserError: it can't be built; the message says why.
    """
    try:
        return instantiate(node, **more)
    except Exception as error:
        cause = error.__cause__ or error
        if part := re.search(r"full_key: (\S+)", str(error)):
            key = f"{key}.{part[1]}"
        if isinstance(cause, UserError):
            raise UserError(f"{key}: {cause}") from None
        raise unbuilt(key, cause) from error


def unbuilt(key: str, cause: BaseException) -> UserError:
    """Return the error for a part that can't be built, with a remedy if it is known."""
    spare = re.search(r"unexpected keyword argument '(\w+)'", str(cause))
    place = "model" if key.startswith("model=") else key
    remedy = f": ~{place}.{spare[1]} leaves out what a file sets" if spare else ""
    # A run passes these arguments itself, later.
    if re.search(r"missing .* argument: '(params|optimizer)'", str(cause)):
        remedy = ": set _partial_: true beside its _target_"
    return UserError(f"{key} can't be built: {_reason(cause)}{remedy}")


def _reason(cause: BaseException) -> str:
    """Say why something can't be built; why a target isn't found is in Hydra's second line."""
    found = re.match(r"Error loading '(.+)':\n(.+)", str(cause))
    if not found:
        return first_line(cause)
    target, said = found.groups()
    absent = re.search(r"No module named '([\w.]+)'", said)
    if not absent or not f"{target}.".startswith(f"{absent[1]}."):
        return f"importing {target} fails with {said}"
    parent, _, name = absent[1].rpartition(".")
    if not parent:
        return f"there is no module {name}: put its folder on PYTHONPATH, or mend {target}"
    near = difflib.get_close_matches(name, _names(parent), n=1)
    return f"{parent} has no {name}" + (f": did you mean {parent}.{near[0]}?" if near else "")


def _names(module: str) -> list[str]:
    """Return the names in an imported module, including the modules of a package."""
    there = sys.modules[module]
    inside = pkgutil.iter_modules(getattr(there, "__path__", []))
    return [*vars(there), *(each.name for each in inside)]
