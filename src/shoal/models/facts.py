"""What a file of weights says of its network: read from its head, without PyTorch."""

import json
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open

from shoal.errors import UserError


def read_facts(path: Path) -> dict[str, Any]:
    """The facts of a weights' file, at least `model`, its network's config, and `scale`.

    Raises:
        UserError: no such file, cut short, or not weights of Shoal.
    """
    try:
        with safe_open(path, framework="np") as file:
            facts: dict[str, Any] = json.loads((file.metadata() or {})["shoal"])
    except FileNotFoundError:
        raise UserError(f"{path}: no such file") from None
    except (SafetensorError, OSError) as error:
        raise UserError(f"{path} is broken, or not a safetensors file ({error})") from None
    except (KeyError, ValueError, TypeError):
        facts = {}
    if not isinstance(facts, dict) or not isinstance(facts.get("model"), dict):
        raise UserError(f"{path} says nothing of its network: not weights of Shoal")
    return facts
