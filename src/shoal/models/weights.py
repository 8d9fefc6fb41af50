"""Weights with the config of their network: one file is enough to rebuild it.

safetensors only: a file of weights is data, never code. Networks are built from `_target_`s below
`shoal.models` alone, unless the caller trusts the file.
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
        network: its state is stored in float32 as it is.
        facts: at least `model`, its config, and `scale`.
    """
    tensors = {name: value.cpu().contiguous() for name, value in network.state_dict().items()}
    facts = {**facts, "model": stable(facts["model"])}
    # One key: the library writes several in no fixed order, and the bytes shall be the same.
    return save(tensors, metadata={"shoal": json.dumps(facts, sort_keys=True)})


def load(path: Path, *, trust: bool = False) -> tuple[nn.Module, dict[str, Any]]:
    """Rebuild a network from its file, in evaluation mode.

    Where its code is other than that it was trained with, a line on stderr says so.

    Args:
        path: a `weights.safetensors`.
        trust: also build networks that are not Shoal's own; this runs code that the file names.

    Raises:
        UserError: no such file, not weights of Shoal, cut short, an untrusted network, shapes that
            don't fit, values that are no numbers, or a network of another scale.
    """
    tensors, facts = read(path)
    facts["model"] = present(facts["model"])
    if not trust:
        require_ours(path, facts["model"])
    if ours := are_ours(facts["model"]):
        require_modest(path, facts["model"], facts["scale"], tensors)
    try:
        with no_larger(tensors) if ours else nullcontext():
            network = folded(hydra.utils.instantiate(facts["model"]))  # as it was stored
        network.load_state_dict(tensors)
        mark(network, facts["model"])
    except UserError:
        raise
    except Exception as error:
        why = changed_since(facts.get("code", {}), facts["model"]) or first_line(
            error.__cause__ or error
        )
        raise UserError(f"{path}: weights and network don't fit ({why})") from None
    # A buffer of somebody's own may hold infinity, as masks do.
    require_numbers(path, tensors if ours else dict(network.named_parameters()))
    require_scale(path, network.eval(), facts["scale"])
    if since := changed_since(facts.get("code", {}), facts["model"]):
        _warn(f"{path}: {since} since these weights were made: it may compute something else")
    return network, facts


@cache  # once: runtimes that are tried in turn build the same network anew
def _warn(words: str) -> None:
    print(f"shoal: {one_line(words)}", file=sys.stderr, flush=True)


def require_ours(path: Path, model: Any) -> None:
    """Refuse the config of a network that somebody's file holds and that isn't one of ours.

    Raises:
        UserError: naming the file and what it would build.
    """
    if "${" in json.dumps(model):
        # Resolving one can read the environment, or make a `_target_` that nobody has seen.
        raise UserError(f"{path} has a config that computes: {REMEDY}")
    for target in targets(model):
        if not is_ours(target):
            raise UserError(f"{path} wants to build {target}: {REMEDY}")


def are_ours(model: Any) -> bool:
    """Whether the config of a network names nothing but networks of ours, and computes nothing."""
    return "${" not in json.dumps(model) and all(map(is_ours, targets(model)))


def is_ours(target: str) -> bool:
    """Whether a target is a network defined below `shoal.models`, not something reached through it.

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
    """The tensors of a file of weights, by name, and its facts; nothing is built.

    Raises:
        UserError: see `facts.read_facts`.
    """
    facts = read_facts(path)
    with safe_open(path, framework="pt") as file:
        return {name: file.get_tensor(name) for name in file.keys()}, facts  # noqa: SIM118
