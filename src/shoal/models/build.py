"""A network from its config."""

from collections.abc import Mapping
from typing import Any

from hydra.utils import instantiate
from torch import nn

from shoal.errors import UserError, first_line


def build(name: str, model: Mapping[str, Any]) -> nn.Module:
    """The network that a config describes, as its class makes it.

    Args:
        name: of the model, for what is said.
        model: its `_target_` and arguments.

    Raises:
        UserError: it can't be built; the message says why.
    """
    try:
        network = instantiate(model)
    except Exception as error:
        cause = error.__cause__ or error
        if isinstance(cause, UserError):
            raise cause from None
        raise UserError(f"model={name} can't be built: {first_line(cause)}") from error
    if not isinstance(network, nn.Module):
        kind = type(network).__name__
        raise UserError(f"model={name} can't be built: it is no torch.nn.Module but a {kind}")
    return network
