"""Alternatives to Shoal's training step and scoring that were tried, for README.md.

    python -m benchmarks.tried

Transparent huge pages and thread binding are set outside a process: README.md says how.
"""

import copy
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from benchmarks.measure import middle, ratio, side_by_side
from benchmarks.setting import configured
from shoal.system.malloc import keep_freed_memory
from shoal.training.ingredients import build_network

Step = Callable[[], Any]
ROUNDS = 5


def step(
    network: nn.Module,
    pair: tuple[Tensor, Tensor],
    *,
    layout: torch.memory_format = torch.channels_last,
    bf16: bool = False,
    compiled: bool = False,
    **adam: Any,
) -> Step:
    """A training step with the given options."""
    network = copy.deepcopy(network).to(memory_format=layout)
    optimizer = torch.optim.Adam(network.parameters(), **adam)
    forward = torch.compile(network) if compiled else network
    lr, hr = pair

    def take() -> None:
        optimizer.zero_grad()
        with torch.autocast("cpu", torch.bfloat16, enabled=bf16):
            loss = nn.functional.mse_loss(forward(lr), hr)
        loss.backward()
        optimizer.step()

    return take


def ways(network: nn.Module, pair: tuple[Tensor, Tensor]) -> dict[str, Step]:
    """All variants of a training step; Shoal's own is the first."""
    return {
        "as it is": step(network, pair),
        "contiguous layout": step(network, pair, layout=torch.contiguous_format),
        "fused Adam": step(network, pair, fused=True),
        "foreach Adam": step(network, pair, foreach=True),
        "bf16 autocast": step(network, pair, bf16=True),
        "torch.compile": step(network, pair, compiled=True),
    }


def inference(network: nn.Module) -> dict[str, Step]:
    """Enlarging one picture of 510 x 342 pixels, as validation does, and in other ways."""
    lr = torch.rand(1, 1, 114, 170)
    network = network.to(memory_format=torch.channels_last)
    crop = lr[..., :57, :85]
    return {
        "inference_mode, as validation is": torch.inference_mode()(lambda: network(lr)),
        "no_grad": torch.no_grad()(lambda: network(lr)),
        "a crop of a quarter": torch.inference_mode()(lambda: network(crop)),
    }


def show(title: str, actions: dict[str, Step]) -> None:
    """Print the time of the first variant, and of each other one relative to it."""
    first, *rest = side_by_side(list(actions.values()), ROUNDS)
    print(f"{title}: {middle(first) * 1e3:.4g} ms")
    for name, taken in zip(list(actions)[1:], rest, strict=True):
        print(f"  {name}: {ratio(taken, first):.3f} of that")


def main() -> None:
    """Print all."""
    keep_freed_memory()
    pair = torch.rand(16, 1, 16, 16), torch.rand(16, 1, 48, 48)
    for model in ("eeds", "eeds_fast", "ees"):
        network = build_network(configured(f"model={model}"))
        show(f"{model} training step", ways(network, pair))
    show("eeds, one picture", inference(build_network(configured("model=eeds"))))


if __name__ == "__main__":
    main()
