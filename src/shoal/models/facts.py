"""The facts that a file of weights states about its network, read without PyTorch."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open

from shoal.errors import UserError
from shoal.system import harmless, regular

SMALLEST, LARGEST = 2, 16  # scales of networks
PLAIN = re.compile(r"\w[\w .,+@=-]*")  # the form of runs' names


def read_facts(path: Path) -> dict[str, Any]:
    """The facts of a weights' file: at least `model`, its network's config, and `scale`.

    Raises:
        UserError: there is no such file, it is cut short, or it isn't a file of Shoal's weights.
    """
    try:
        regular.opened(path).close()  # refuses a pipe, on which the library would wait for ever
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
        raise UserError(f"{path} doesn't describe its network: not weights of Shoal")
    _require_kinds(path, facts)
    return facts


def _require_kinds(path: Path, facts: Mapping[str, Any]) -> None:
    """Refuse facts of wrong types, so that callers needn't check them."""
    scale = facts.get("scale")
    if type(scale) is not int or not SMALLEST <= scale <= LARGEST:
        words = f"{path} states a scale of {scale!r}"
        raise UserError(f"{words}, no integer from {SMALLEST} to {LARGEST}: not weights of Shoal")
    if not isinstance(facts.get("code", {}), dict):
        raise UserError(f"{path} is damaged: its 'code' doesn't list modules")


def plain_name(facts: Mapping[str, Any], key: str, otherwise: str) -> str:
    """A fact to be used as a file's name; `otherwise` if it could lead out of the folder.

    >>> plain_name({"run": "eeds-x3-s0-1f3a9c2e"}, "run", "weights")
    'eeds-x3-s0-1f3a9c2e'
    >>> plain_name({"run": "../../x"}, "run", "weights")
    'weights'
    """
    name = facts.get(key)
    plain = isinstance(name, str) and PLAIN.fullmatch(name) and ".." not in name
    return str(name) if plain else otherwise
