"""Files of weights that hold their network's config, so that one file is enough to rebuild it.

The format is safetensors, which holds data and never code. Unless the caller trusts a file, only
networks that are defined below `shoal.models` are built.
"""

import importlib
import json
import sys
from collections.abc import Mapping
from contextlib import nullcontext
from functools import cache
from pathlib import Path
from typing import Any

import hydra
from safetensors import safe_open
from safetensors.torch import save
from torch import Tensor, nn

from shoal.errors import UserError, first_line, one_line
from shoal.models.bounds import no_larger, require_modest, require_numbers, require_scale
from shoal.models.channels import OURS, mark
from shoal.models.facts import read_facts
from shoal.models.reparam import folded
from shoal.system.code import changed_since
from shoal.system.targets import present, stable, targets

REMEDY = "--trust, or trust=True in Python, builds it, if you trust the file"


def encode(network: nn.Module, facts: Mapping[str, Any]) -> bytes:
    """A network's weights and facts as the bytes of a safetensors file.

    Args:
        network: whose parameters and buffers are stored.
        facts: at least `model`, the network's config, and `scale`.
    """
    tensors = {name: value.cpu().contiguous() for name, value in network.state_dict().items()}
    facts = {**facts, "model": stable(facts["model"])}
    # One key: the library writes several in no fixed order, and equal facts must give equal bytes.
    return save(tensors, metadata={"shoal": json.dumps(facts, sort_keys=True)})


def load(path: Path, *, trust: bool = False) -> tuple[nn.Module, dict[str, Any]]:
    """Rebuild a network from its file, in evaluation mode.

    If its code has changed since its training, a line on stderr says so.

    Args:
        path: a `weights.safetensors`.
        trust: also build networks that are not Shoal's own, which runs code that the file names.

    Returns:
        The network, and the file's facts.

    Raises:
        UserError: there is no such file, it is cut short or not a file of Shoal's weights; or the
            network is not trusted, doesn't fit the weights, holds NaN, or has another scale.
    """
    tensors, facts = read(path)
    model = facts["model"] = present(facts["model"])
    if not trust:
        require_ours(path, model)
    ours, since = are_ours(model), changed_since(facts.get("code", {}), model)
    if ours:
        require_modest(path, model, facts["scale"], tensors)
    try:
        network = _rebuilt(model, tensors, ours=ours)
    except UserError:
        raise
    except Exception as error:
        why = since or first_line(error.__cause__ or error)
        raise UserError(f"{path}: weights and network don't fit ({why})") from None
    # In a user's own network, buffers may hold infinity, as masks do.
    require_numbers(path, tensors if ours else dict(network.named_parameters()))
    require_scale(path, network, facts["scale"])
    if since:
        _warn(f"{path}: {since} since these weights were made: it may compute something else")
    return network, facts


def _rebuilt(model: Mapping[str, Any], tensors: Mapping[str, Tensor], *, ours: bool) -> nn.Module:
    """The network of a config with its weights, in evaluation mode; folded, as weights are stored.

    Raises:
        Exception: anything that a wrong config or weights of other shapes lead to.
    """
    with no_larger(tensors) if ours else nullcontext():
        network = folded(hydra.utils.instantiate(model))
    network.load_state_dict(tensors)
    mark(network, model)
    return network.eval()


@cache  # said once, although several runtimes may build the same network
def _warn(words: str) -> None:
    print(f"shoal: {one_line(words)}", file=sys.stderr, flush=True)


def require_ours(path: Path, model: Any) -> None:
    """Refuse a config from a file that builds anything but Shoal's own networks.

    Raises:
        UserError: the message names the file and what it would build.
    """
    if "${" in json.dumps(model):
        # An interpolation can read the environment, or make up a `_target_` that isn't checked.
        raise UserError(f"{path} has a config with interpolations: {REMEDY}")
    for target in targets(model):
        if not is_ours(target):
            raise UserError(f"{path} wants to build {target}: {REMEDY}")


def are_ours(model: Any) -> bool:
    """Whether a config builds Shoal's own networks alone, and has no interpolations."""
    return "${" not in json.dumps(model) and all(map(is_ours, targets(model)))


def is_ours(target: str) -> bool:
    """Whether a target is a network class that a module below `shoal.models` itself defines.

    >>> is_ours("shoal.models.ees.EES"), is_ours("shoal.models.blocks.torch.load")
    (True, False)
    """
    if not target.startswith(OURS):
        return False
    module, _, name = target.rpartition(".")
    try:
        found = getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError):
        return False
    return isinstance(found, type) and issubclass(found, nn.Module) and found.__module__ == module


def read(path: Path) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """The tensors of a file of weights by name, and its facts; no network is built.

    Raises:
        UserError: see `facts.read_facts`.
    """
    facts = read_facts(path)
    with safe_open(path, framework="pt") as file:
        return {name: file.get_tensor(name) for name in file.keys()}, facts  # noqa: SIM118
