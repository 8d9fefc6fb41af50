"""Networks of the real configs, and a small one with its weights file."""

from functools import cache
from pathlib import Path
from typing import Any

import torch
from hydra.utils import instantiate
from omegaconf import DictConfig, OmegaConf
from torch import nn

from helpers.composing import CONF, composed, options
from shoal.models import weights
from shoal.models.upsamplers import Subpixel
from shoal.runs.kind import Kind, kind_of


def _kind(name: str) -> Kind:
    """Of a file of `conf/model`, by its class; an ensemble of ours is trained."""
    file = OmegaConf.load(CONF / "model" / f"{name}.yaml")
    return kind_of(name, {"_target_": file.get("_target_", "shoal.models.ensemble.Ensemble")})


KINDS = {name: _kind(name) for name in options("model")}
FITTED = [name for name, kind in KINDS.items() if kind is Kind.FITTED]
TRAINED = [name for name, kind in KINDS.items() if kind is Kind.TRAINED]
MODELS = [name for name in KINDS if name not in FITTED]  # which answer without a fit
SMALL = {
    "_target_": "shoal.models.ensemble.Ensemble",
    "deep": {"_target_": "shoal.models.fast.EEDFast", "scale": 2, "channels": 4, "pairs": 1},
    "shallow": {"_target_": "shoal.models.fast.EESFast", "scale": 2, "kernel": 5},
}


@cache
def model(name: str, scale: int, *overrides: str) -> DictConfig:
    """The config of a network, composed once: that takes longer than most networks' answers."""
    part: DictConfig = composed(f"model={name}", f"scale={scale}", *overrides).model
    return part


def network(name: str, scale: int = 3, *overrides: str) -> Any:
    """A new network, its weights the same each time."""
    torch.manual_seed(0)
    return instantiate(model(name, scale, *overrides))


@torch.no_grad()
def symmetric(net: nn.Module) -> nn.Module:
    """The network with every kernel made symmetric under flips along the width."""
    shuffled = [layer for layer in net.modules() if isinstance(layer, Subpixel)]
    for layer in shuffled:  # flipping the picture swaps the sub-pixels' channels too
        s, kernel = layer.scale, layer.convolve.weight
        phases = kernel.view(-1, s, s, *kernel.shape[1:])  # out, s, s, in, k, k
        phases.copy_((phases + phases.flip(2, -1)) / 2)
        biases = layer.convolve.bias.view(-1, s, s)
        biases.copy_((biases + biases.flip(2)) / 2)
    done = {id(layer.convolve.weight) for layer in shuffled}
    for parameter in net.parameters():
        if parameter.ndim == 4 and id(parameter) not in done:
            parameter.copy_((parameter + parameter.flip(-1)) / 2)
    return net


def stored(path: Path, config: Any, scale: int) -> Path:
    """Write the weights of a new network of this config; returns the path."""
    torch.manual_seed(0)
    facts = {"model": config, "name": "small", "scale": scale, "run": f"small-x{scale}"}
    path.write_bytes(weights.encode(instantiate(config), facts))
    return path
