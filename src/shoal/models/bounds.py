"""A stranger's file of weights: what it may ask for is bounded by what it holds.

Thirty kilobytes can describe a network that no memory holds, or that answers in a year.
"""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.modules import module as registering

from shoal.errors import UserError, first_line
from shoal.models.channels import channels_of
from shoal.models.fitted import FittedModel
from shoal.models.profile import PROBE

FITTED = "shoal.models.classical."  # whose numbers also say how much they are fitted to
MOST = 1000  # of a number in a config that is no size of the file's tensors: ours reach 64
# As it is trained, a network may be several times what it is folded to.
TIMES, BESIDE = 64, 1024


def require_modest(
    path: Path, model: Mapping[str, Any], scale: int, held: Mapping[str, Tensor]
) -> None:
    """Refuse the config of a network of ours with numbers that the file's tensors don't explain.

    Raises:
        UserError: naming the file, the key and its value.
    """
    fitted = str(model.get("_target_")).startswith(FITTED)
    most = max([MOST, *(size for tensor in held.values() for size in tensor.shape)])
    for key, number in _numbers(model):
        if key == "scale" and number != scale:
            raise UserError(f"{path} enlarges by {scale}, and its network by {number}: damaged")
        if not fitted and abs(number) > most:
            raise UserError(
                f"{path} says {key}={number} of its network, and holds no such: damaged"
            )


def _numbers(tree: Any, key: str = "") -> Iterator[tuple[str, float]]:
    """The numbers of a config, each with the key that it stands by."""
    if isinstance(tree, Mapping):
        for name, value in tree.items():
            yield from _numbers(value, str(name))
    elif isinstance(tree, list):
        for value in tree:
            yield from _numbers(value, key)
    elif isinstance(tree, int | float):
        yield key, tree


@contextmanager
def no_larger(held: Mapping[str, Tensor]) -> Iterator[None]:
    """Stop the building of a network, within the block, where it outgrows what a file holds.

    Raises:
        ValueError: it does.
    """
    values = TIMES * (sum(tensor.numel() for tensor in held.values()) + BESIDE)
    parts = TIMES * len(held) + BESIDE

    def count(layer: nn.Module, name: str, part: Any) -> None:
        nonlocal values, parts
        parts -= 1
        values -= part.numel() if isinstance(part, Tensor) else 0
        if parts < 0 or values < 0:
            raise ValueError("it would be far larger than what the file holds")

    with ExitStack() as stack:
        for register in (
            registering.register_module_parameter_registration_hook,
            registering.register_module_buffer_registration_hook,
            registering.register_module_module_registration_hook,
        ):
            stack.callback(register(count).remove)
        yield


def require_numbers(path: Path, held: Mapping[str, Tensor]) -> None:
    """Refuse weights that aren't finite: all that they make is.

    Raises:
        UserError: naming the file and the tensor.
    """
    for name, tensor in held.items():
        if not torch.isfinite(tensor).all():
            raise UserError(f"{path} holds NaN or infinity in {name}: not weights to enlarge with")


def require_scale(path: Path, network: nn.Module, scale: int) -> None:
    """Refuse a network that enlarges otherwise than its file says, tried on a tiny picture.

    Raises:
        UserError: it fails, or answers with another size.
    """
    if isinstance(network, FittedModel):  # some are slow, and each keeps its scale
        found: tuple[int, ...] = (1, 1, network.scale * PROBE, network.scale * PROBE)
    else:
        try:
            with torch.inference_mode():
                found = tuple(network(torch.zeros(1, channels_of(network), PROBE, PROBE)).shape)
        except Exception as error:
            raise UserError(f"{path}: its network can't enlarge ({first_line(error)})") from None
    channels = channels_of(network)
    if found != (1, channels, scale * PROBE, scale * PROBE):
        words = f"{path} enlarges by {scale}, and its network makes {found}"
        raise UserError(f"{words} of {(1, channels, PROBE, PROBE)}: damaged")
