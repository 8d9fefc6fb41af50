"""Limits for untrusted files of weights: a network may not be far larger than what a file holds.

Otherwise a config of a few bytes could ask for a network that no memory holds, or that takes a year
to answer.
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

FITTED = "shoal.models.classical."  # their configs also hold large numbers, e.g. of samples
MOST = 1000  # limit of a number in a config that no tensor's size explains; Shoal's own reach 64
# A network may be built with so many times the file's values, and some more: as it is trained, it
# is several times as large as it is stored folded.
TIMES, BESIDE = 64, 1024


def require_modest(
    path: Path, model: Mapping[str, Any], scale: int, held: Mapping[str, Tensor]
) -> None:
    """Refuse a config with numbers that the file's tensors don't explain.

    Args:
        path: of the file, for the message.
        model: the config of a network of Shoal's own.
        scale: that the file states.
        held: the file's tensors.

    Raises:
        UserError: the message names the file, the key and its value.
    """
    fitted = str(model.get("_target_")).startswith(FITTED)
    most = max([MOST, *(size for tensor in held.values() for size in tensor.shape)])
    for key, number in _numbers(model):
        if key == "scale" and number != scale:
            raise UserError(f"{path} is damaged: its scale is {scale}, its network's {number}")
        if not fitted and abs(number) > most:
            raise UserError(
                f"{path} is damaged: its network's {key}={number} exceeds what the file holds"
            )


def _numbers(tree: Any, key: str = "") -> Iterator[tuple[str, float]]:
    """The numbers in a config, each with its key."""
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
    """Limit the networks that are built within the block by the tensors that a file holds.

    Raises:
        ValueError: a network exceeds the limit; it isn't built any further.
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
    """Refuse weights that aren't finite, which would make every answer NaN.

    Raises:
        UserError: the message names the file and the tensor.
    """
    for name, tensor in held.items():
        if not torch.isfinite(tensor).all():
            raise UserError(f"{path} holds NaN or infinity in {name}: not weights to enlarge with")


def require_scale(path: Path, network: nn.Module, scale: int) -> None:
    """Refuse a network whose scale isn't the one that its file states; it is tried once.

    Raises:
        UserError: it fails on a tiny picture, or its answer has another size.
    """
    if isinstance(network, FittedModel):  # not tried: some are slow, and the scale is known
        found: tuple[int, ...] = (1, 1, network.scale * PROBE, network.scale * PROBE)
    else:
        try:
            with torch.inference_mode():
                found = tuple(network(torch.zeros(1, channels_of(network), PROBE, PROBE)).shape)
        except Exception as error:
            raise UserError(f"{path}: its network can't enlarge ({first_line(error)})") from None
    channels = channels_of(network)
    if found != (1, channels, scale * PROBE, scale * PROBE):
        words = f"{path} is damaged: its scale is {scale}, but its network makes {found}"
        raise UserError(f"{words} of {(1, channels, PROBE, PROBE)}")
