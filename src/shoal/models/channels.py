"""How many channels the pictures of a network have: one, luma, unless its config says three, RGB.

A config says so by `channels: 3`. Imports no PyTorch: what composes runs asks too.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from shoal.errors import UserError

if TYPE_CHECKING:
    from torch import nn

LUMA, RGB = 1, 3
OURS = "shoal.models."  # how the names of networks of ours begin
# Of a network whose `channels` were its width before there was RGB, and are in names of runs.
OTHERWISE = {"shoal.models.fast.EEDFast": "planes"}


def key_of(model: Mapping[str, Any]) -> str:
    """The key by which a network's config says its channels."""
    return OTHERWISE.get(str(model.get("_target_")), "channels")


def declared(model: Mapping[str, Any]) -> int:
    """What a network's config says: 3 for RGB, else 1.

    In the config of a network of the user's own, any number but 3 is something else: its width.

    >>> declared({"_target_": "mine.Mine", "channels": 3}), declared({"_target_": "mine.Mine"})
    (3, 1)

    Raises:
        UserError: a network of ours says another number than 1 and 3.
    """
    key = key_of(model)
    said = model.get(key, LUMA)
    known = said in (LUMA, RGB) and not isinstance(said, bool)
    if not known and str(model.get("_target_")).startswith(OURS):
        raise UserError(f"model.{key}={said}: pictures have {LUMA} channel, luma, or {RGB}, RGB")
    if key != "channels" and said != RGB and model.get("channels") == RGB:
        raise UserError(f"model.channels={RGB} is this network's width: RGB is model.{key}={RGB}")
    return RGB if said == RGB else LUMA


def without_default(model: Any) -> Any:
    """A network's config without what it would be without: ours map luma if nothing is said.

    So runs and weights of luma are named and kept as they were before there was RGB.

    >>> without_default({"_target_": "shoal.models.espcn.ESPCN", "scale": 3, "channels": 1})
    {'_target_': 'shoal.models.espcn.ESPCN', 'scale': 3}
    """
    if isinstance(model, list):
        return [without_default(value) for value in model]
    if not isinstance(model, Mapping):
        return model
    kept = {key: without_default(value) for key, value in model.items()}
    key, ours = key_of(kept), str(kept.get("_target_")).startswith(OURS)
    if ours and kept.get(key) == LUMA and not isinstance(kept[key], bool):
        del kept[key]
    return kept


def channels_of(network: "nn.Module") -> int:
    """The channels of a network's pictures: 3 for RGB, else 1."""
    return RGB if getattr(network, "channels", LUMA) == RGB else LUMA


def mark(network: "nn.Module", model: Mapping[str, Any]) -> None:
    """Let a network of the user's own, which may not keep what its config says, keep it.

    Raises:
        UserError: it keeps something else by that name.
    """
    if declared(model) == RGB and channels_of(network) != RGB:
        if hasattr(network, "channels"):
            kind = type(network).__name__
            raise UserError(
                f"model.channels={RGB} means RGB, and {kind} keeps other channels: "
                f"call its attribute and its argument otherwise"
            )
        setattr(network, "channels", RGB)  # noqa: B010 - to mypy all attributes are modules
