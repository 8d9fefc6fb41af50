"""Networks built from their configs, and the check that they enlarge by the scale."""

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn

from shoal.errors import UserError, first_line
from shoal.models.blocks import Branching, Supervised
from shoal.models.channels import LUMA, RGB, channels_of, mark
from shoal.system.building import built

HEIGHT, WIDTH = 16, 32  # of the LR picture that a network is tried with


def build(name: str, model: Mapping[str, Any]) -> nn.Module:
    """Build the network that a config describes.

    Args:
        name: of the model, for messages.
        model: its `_target_` and arguments.

    Raises:
        UserError: it can't be built; the message says why.
    """
    network = built(f"model={name}", model)
    if not isinstance(network, nn.Module):
        kind = type(network).__name__
        raise UserError(f"model={name} can't be built: it is no torch.nn.Module but a {kind}")
    mark(network, model)
    return network


def require_enlarges(name: str, network: nn.Module, scale: int) -> None:
    """Refuse a network that doesn't enlarge pictures by the scale.

    It is tried on a small picture in evaluation mode, which changes neither its state nor the
    random numbers that are drawn later.

    Args:
        name: of the model, for messages.
        network: LR `(N, C, h, w)` to SR `(N, C, scale * h, scale * w)`, C as by `channels_of`.
        scale: the run's.

    Raises:
        UserError: it fails, or its answer has another size.
    """
    channels, training = channels_of(network), network.training
    try:
        with torch.no_grad(), torch.random.fork_rng(devices=[]):
            answers = _answers(network.eval(), torch.zeros(1, channels, HEIGHT, WIDTH))
    except Exception as error:
        count = "one channel" if channels == LUMA else f"{channels} channels"
        reason = f"model={name} can't enlarge a picture of {count}, {HEIGHT} high, {WIDTH} wide"
        raise UserError(f"{reason}: {first_line(error)}{_advice(network, channels)}") from error
    finally:
        network.train(training)
    for what, answer in answers.items():
        _require_size(f"model={name}{what}", answer, scale, channels)


def _advice(network: nn.Module, channels: int) -> str:
    """The remedy to add if a network maps RGB and its config doesn't say so; else empty."""
    try:
        with torch.no_grad(), torch.random.fork_rng(devices=[]):
            network(torch.zeros(1, RGB, HEIGHT, WIDTH))
    except Exception:
        return ""
    return "; it takes RGB: let its config say channels: 3" if channels == LUMA else ""


def _answers(network: nn.Module, lr: Tensor) -> dict[str, Any]:
    answers = {"": network(lr)}
    if isinstance(network, Branching):
        answers |= {f", its {name} branch": image for name, image in network.branches(lr).items()}
    if isinstance(network, Supervised):  # all pictures but the last may be smaller
        answers[", the last picture of its supervision"] = network.supervision(lr, 0.0)[-1][1]
    return answers


def _require_size(what: str, answer: Any, scale: int, channels: int) -> None:
    if not isinstance(answer, Tensor):
        raise UserError(f"{what} answers with a {type(answer).__name__}, not with a tensor")
    given, size = (1, channels, HEIGHT, WIDTH), tuple(answer.shape)
    wanted = (1, channels, scale * HEIGHT, scale * WIDTH)
    if size == wanted:
        return
    factor = size[-1] // WIDTH if size else 0
    if size == (1, channels, factor * HEIGHT, factor * WIDTH):
        raise UserError(f"{what} enlarges by {factor}, not by scale={scale}: give it ${{scale}}")
    raise UserError(f"{what} makes {size} of {given}, not {wanted}: mend its sizes")
