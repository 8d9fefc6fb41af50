"""A network from its config, and whether it does what a network of that scale must."""

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn

from shoal.errors import UserError, first_line
from shoal.models.blocks import Branching, Supervised
from shoal.system.building import built

HEIGHT, WIDTH = 16, 32  # of the LR picture that a network is tried with


def build(name: str, model: Mapping[str, Any]) -> nn.Module:
    """The network that a config describes, as its class makes it.

    Args:
        name: of the model, for what is said.
        model: its `_target_` and arguments.

    Raises:
        UserError: it can't be built; the message says why.
    """
    network = built(f"model={name}", model)
    if not isinstance(network, nn.Module):
        kind = type(network).__name__
        raise UserError(f"model={name} can't be built: it is no torch.nn.Module but a {kind}")
    return network


def require_enlarges(name: str, network: nn.Module, scale: int) -> None:
    """Refuse a network that doesn't make a picture `scale` times as large of a small one.

    It is tried in evaluation mode, and neither its state nor the random numbers to come change.

    Args:
        name: of the model, for what is said.
        network: LR luma `(N, 1, h, w)` to SR luma `(N, 1, scale * h, scale * w)`.
        scale: that the run asks for.

    Raises:
        UserError: it fails, or answers with another size.
    """
    lr = torch.zeros(1, 1, HEIGHT, WIDTH)
    training = network.training
    try:
        with torch.no_grad(), torch.random.fork_rng(devices=[]):
            answers = _answers(network.eval(), lr)
    except Exception as error:
        reason = f"model={name} can't enlarge a picture of one channel, {HEIGHT} high, {WIDTH} wide"
        raise UserError(f"{reason}: {first_line(error)}") from error
    finally:
        network.train(training)
    for what, answer in answers.items():
        _require_size(f"model={name}{what}", answer, scale)


def _answers(network: nn.Module, lr: Tensor) -> dict[str, Any]:
    answers = {"": network(lr)}
    if isinstance(network, Branching):
        answers |= {f", its {name} branch": image for name, image in network.branches(lr).items()}
    if isinstance(network, Supervised):  # the other pictures may be smaller
        answers[", the last picture of its supervision"] = network.supervision(lr, 0.0)[-1][1]
    return answers


def _require_size(what: str, answer: Any, scale: int) -> None:
    if not isinstance(answer, Tensor):
        raise UserError(f"{what} answers with a {type(answer).__name__}, not with a tensor")
    wanted, size = (1, 1, scale * HEIGHT, scale * WIDTH), tuple(answer.shape)
    if size == wanted:
        return
    factor = size[-1] // WIDTH if size else 0
    if size == (1, 1, factor * HEIGHT, factor * WIDTH):
        raise UserError(f"{what} enlarges by {factor}, not by scale={scale}: give it ${{scale}}")
    raise UserError(f"{what} makes {size} of {(1, 1, HEIGHT, WIDTH)}, not {wanted}: mend its sizes")
