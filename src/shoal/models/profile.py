"""Facts of a network that are measured without training it: size, cost, reach, dead channels."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import chain
from typing import Any

import torch
from torch import Tensor, nn

from shoal.models.channels import channels_of
from shoal.models.fitted import FittedModel

# Side in LR pixels of the picture that costs are measured on; the cost per pixel doesn't depend on
# it.
PROBE = 8
# Lengths in LR pixels of the strips that reach is measured on, one after the other. A network that
# looks further than the last is taken to look at the whole picture.
STRIPS = (64, 256, 1024)
WIDTH = 2  # of those strips, LR pixels


def parameters(network: nn.Module) -> int:
    """The number of learned values: trainable parameters, or the buffers of a fitted model."""
    if isinstance(network, FittedModel):
        return sum(buffer.numel() for buffer in network.buffers())
    return sum(value.numel() for value in network.parameters() if value.requires_grad)


def device_of(network: nn.Module) -> torch.device:
    """The device of a network's parameters and buffers; the CPU if it has none."""
    held = chain(network.parameters(), network.buffers())
    return next((value.device for value in held), torch.device("cpu"))


@contextmanager
def _watched(
    network: nn.Module,
    kinds: type[nn.Module] | tuple[type[nn.Module], ...],
    look: Callable[..., None],
) -> Iterator[None]:
    """Call `look` at each use of the layers of some kinds, with the layer, its input and output."""
    hooks = [m.register_forward_hook(look) for m in network.modules() if isinstance(m, kinds)]
    try:
        yield
    finally:
        for hook in hooks:
            hook.remove()


@torch.no_grad()
def _probe(network: nn.Module) -> None:
    """Apply the network to a small picture, so that each of its layers is used."""
    network(torch.zeros(1, channels_of(network), PROBE, PROBE, device=device_of(network)))


def macs(network: nn.Module) -> int:
    """Multiply-adds of one forward pass per LR pixel, padding counted like pixels.

    Convolutions, transposed convolutions and linear layers count each time they are used; biases,
    activations and fixed enlargement don't. A transposed convolution counts as kernel^2 for each
    input pixel, however it is computed. A fitted model states its own number; 0 before its fit.
    """
    if isinstance(network, FittedModel):
        return network.macs if network.is_fitted else 0
    total = 0

    def count(layer: nn.Module, inputs: tuple[Tensor, ...], output: Tensor) -> None:
        nonlocal total
        places = inputs[0] if isinstance(layer, nn.ConvTranspose2d) else output
        weight: Any = layer.weight
        # The kernel is used once for each pixel of the output, or of a transposed one's input.
        total += weight.numel() * places[0, 0].numel()

    counted = (nn.Conv2d, nn.ConvTranspose2d, nn.Linear)
    with _watched(network, counted, count):
        _probe(network)
    return round(total / PROBE**2)


@torch.no_grad()
def reach(network: nn.Module) -> int | None:
    """How many LR pixels to each side an SR pixel depends on; None if it may depend on all.

    Measured by a line of NaN, which spreads to all that depends on it, whatever the weights are. A
    fitted model states its own reach, since a search for the nearest doesn't pass NaN on.
    """
    if isinstance(network, FittedModel):
        return network.reach
    for length in STRIPS:
        furthest = max(_spread(network, length, dim) for dim in (2, 3))
        if furthest < length // 2 - 1:
            return furthest
    return None


def _spread(network: nn.Module, length: int, dim: int) -> int:
    """How far from a line of NaN across a strip's middle the answer is NaN, in LR pixels."""
    shape, middle = [1, channels_of(network), WIDTH, WIDTH], length // 2
    shape[dim] = length
    lr = torch.zeros(shape, device=device_of(network))
    lr.select(dim, middle).fill_(torch.nan)
    sr = network(lr)
    unknown = sr.isnan().any(dim=1).any(dim=4 - dim).flatten()
    reached = unknown.nonzero() // (sr.shape[dim] // length)
    # If no NaN comes out, the network hides it, and its reach is unknown.
    return int((reached - middle).abs().max()) if len(reached) else length


def layer_bytes(network: nn.Module) -> int:
    """Bytes per LR pixel of the largest layer's input and output together, in float32."""
    if isinstance(network, FittedModel):
        return 4 * network.width
    largest = 0

    def measure(layer: nn.Module, inputs: tuple[Any, ...], output: Any) -> None:
        nonlocal largest
        outputs = output if isinstance(output, tuple) else (output,)
        tensors = [value for value in (*inputs, *outputs) if isinstance(value, Tensor)]
        largest = max(largest, sum(value.numel() for value in tensors))

    with _watched(network, nn.Module, measure):
        _probe(network)
    return 4 * largest // PROBE**2


@torch.no_grad()
def dead_channels(network: nn.Module, pictures: Iterable[Tensor]) -> float | None:
    """The share of ReLU channels that are zero everywhere in all pictures; None without ReLUs.

    Args:
        network: whose `nn.ReLU` layers are examined.
        pictures: network inputs `(N, C, h, w)`.
    """
    if not any(isinstance(layer, nn.ReLU) for layer in network.modules()):
        return None
    alive: dict[nn.Module, Tensor] = {}

    def look(layer: nn.Module, inputs: tuple[Tensor, ...], output: Tensor) -> None:
        active = (output > 0).any(dim=3).any(dim=2).any(dim=0)
        alive[layer] = alive[layer] | active if layer in alive else active

    with _watched(network, nn.ReLU, look):
        for picture in pictures:
            network(picture.to(device_of(network)))
    channels = torch.cat(list(alive.values()))
    return float((~channels).float().mean())
