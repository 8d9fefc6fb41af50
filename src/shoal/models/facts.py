"""What a file of weights says of its network: read from its head, without PyTorch."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open

from shoal.errors import UserError
from shoal.system import harmless, regular

SMALLEST, LARGEST = 2, 16  # scales of networks
PLAIN = re.compile(r"\w[\w .,+@=-]*")  # as names of runs are


def read_facts(path: Path) -> dict[str, Any]:
    """The facts of a weights' file: at least `model`, its network's config, and `scale`.

    Raises:
        UserError: no such file, cut short, not weights of Shoal, or facts of another kind.
    """
    try:
        regular.opened(path).close()  # the library would wait for whoever writes to a pipe
        with safe_open(path, framework="np") as file:
            facts: dict[str, Any] = harmless.from_json((file.metadata() or {})["shoal"])
    except FileNotFoundError:
        raise UserError(f"{path}: no such file") from None
    except (SafetensorError, OSError) as error:
        why = getattr(error, "strerror", None) or error
        raise UserError(f"{path} is broken, or not a safetensors file ({why})") from None
    except (KeyError, ValueError, TypeError):
        facts = {}
    if not isinstance(facts, dict) or not isinstance(facts.get("model"), dict):
        raise UserError(f"{path} says nothing of its network: not weights of Shoal")
    _require_kinds(path, facts)
    return facts


def _require_kinds(path: Path, facts: Mapping[str, Any]) -> None:
    """Refuse facts that all who read them would have to look at twice."""
    scale = facts.get("scale")
    if type(scale) is not int or not SMALLEST <= scale <= LARGEST:
        words = f"{path} says that its network enlarges by {scale!r}"
        raise UserError(f"{words}, no integer from {SMALLEST} to {LARGEST}: not weights of Shoal")
    if not isinstance(facts.get("code", {}), dict):
        raise UserError(f"{path} is damaged: it names no modules in 'code'")


def plain_name(facts: Mapping[str, Any], key: str, otherwise: str) -> str:
    """A fact that shall name a file: where it could lead out of a folder, something else.

    >>> plain_name({"run": "eeds-x3-s0-1f3a9c2e"}, "run", "weights")
    'eeds-x3-s0-1f3a9c2e'
    >>> plain_name({"run": "../../x"}, "run", "weights")
    'weights'
    """
    name = facts.get(key)
    plain = isinstance(name, str) and PLAIN.fullmatch(name) and ".." not in name
    return str(name) if plain else otherwise
