"""The useful FLOP/s of a training step, relative to what the processor can do."""

from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import nn

from benchmarks.measure import Row, middle, side_by_side
from benchmarks.setting import configured
from benchmarks.training import bare_step
from shoal.models.profile import macs
from shoal.training.ingredients import build_network

SIDE = 2048
ROUNDS = 7
GIGA = 1e9


def product() -> Callable[[], Any]:
    """One matrix product, 2048 x 2048, fp32."""
    a, b, out = (torch.rand(SIDE, SIDE) for _ in range(3))
    return lambda: torch.mm(a, b, out=out)


def convolution(channels: int, side: int, layout: torch.memory_format) -> tuple[Any, float]:
    """A large 3 x 3 convolution without padding, and its FLOPs."""
    layer = nn.Conv2d(channels, channels, 3).requires_grad_(False).to(memory_format=layout)
    image = torch.rand(16, channels, side, side).to(memory_format=layout)
    places = 16 * (side - 2) ** 2
    return (lambda: layer(image)), 2.0 * 9 * channels**2 * places


def convolutions() -> dict[str, tuple[Any, float]]:
    """Convolutions by name, the fastest of which estimates the processor's peak rate."""
    layouts = {"channels last": torch.channels_last, "contiguous": torch.contiguous_format}
    return {
        f"conv 3, {channels}->{channels}, {name}": convolution(channels, side, layout)
        for channels, side in ((64, 50), (128, 50), (256, 26))
        for name, layout in layouts.items()
    }


def peaks() -> tuple[float, tuple[str, float]]:
    """GFLOP/s of torch.mm; and the fastest convolution's name and GFLOP/s."""
    others = convolutions()
    actions = [product(), *(action for action, _ in others.values())]
    return _rates(others, side_by_side(actions, ROUNDS, [4, *(3 for _ in others)]))


def _rates(
    others: dict[str, tuple[Any, float]], taken: list[list[float]]
) -> tuple[float, tuple[str, float]]:
    mm, *rest = (min(spent) for spent in taken)  # for a peak rate, the fastest round counts
    rates = {
        name: work / spent / GIGA
        for (name, (_, work)), spent in zip(others.items(), rest, strict=True)
    }
    return 2 * SIDE**3 / mm / GIGA, max(rates.items(), key=lambda item: item[1])


def rows() -> Iterator[Row]:
    """EEDS's training step against both rates."""
    config = configured("model=eeds", "budget=standard", "budget.patch_size=48")
    network, (lr, hr) = (
        build_network(config),
        (torch.rand(16, 1, 16, 16), torch.rand(16, 1, 48, 48)),
    )
    # The backward pass costs twice the forward pass; a multiply-add is two operations.
    flops = 2 * 3.0 * macs(network) * lr.numel()
    others = convolutions()
    actions = [bare_step(config, network, (lr, hr)), product(), *(a for a, _ in others.values())]
    step, *taken = side_by_side(actions, ROUNDS, [2, 4, *(3 for _ in others)])
    mm, (name, fastest) = _rates(others, taken)
    ours = flops / middle(step) / GIGA
    what = "EEDS training step, x3, batch 16, HR 48: useful FLOPs/s"
    parts = {"step ms": middle(step) * 1e3, "step GFLOP/s": ours}
    yield Row(what, "torch.mm at 2048", ">= 0.72", ours / mm, parts | {"mm GFLOP/s": mm})
    over = f"the fastest convolution ({name})"
    yield Row(what, over, "", ours / fastest, parts | {f"{name} GFLOP/s": fastest})
