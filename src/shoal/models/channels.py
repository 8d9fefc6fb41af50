"""The channels that a network maps: one, luma, unless its config says `channels: 3` for RGB.

Imports no PyTorch, since composing runs needs it too.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from shoal.errors import UserError

if TYPE_CHECKING:
    from torch import nn

LUMA, RGB = 1, 3
OURS = "shoal.models."  # how the targets of Shoal's own networks begin
# The key of networks whose `channels` meant their width before there was RGB. It can't be renamed,
# since ids of runs depend on it.
OTHERWISE = {"shoal.models.fast.EEDFast": "planes"}


def key_of(model: Mapping[str, Any]) -> str:
    """The key in a network's config that holds its channels."""
    return OTHERWISE.get(str(model.get("_target_")), "channels")


def declared(model: Mapping[str, Any]) -> int:
    """The channels that a network's config states: 3 for RGB, else 1.

    In the config of a user's own network a number other than 1 and 3 is taken to be its width.

    >>> declared({"_target_": "mine.Mine", "channels": 3}), declared({"_target_": "mine.Mine"})
    (3, 1)

    Raises:
        UserError: the config of one of Shoal's own networks has another number than 1 and 3.
    """
    key = key_of(model)
    said = model.get(key, LUMA)
    known = said in (LUMA, RGB) and not isinstance(said, bool)
    if not known and str(model.get("_target_")).startswith(OURS):
        words = f"model.{key}={said} are no channels of a picture"
        raise UserError(f"{words}: take {LUMA} for luma or {RGB} for RGB")
    if key != "channels" and said != RGB and model.get("channels") == RGB:
        words = f"model.channels={RGB} is the width of this network"
        raise UserError(f"{words}: for RGB set model.{key}={RGB}")
    return RGB if said == RGB else LUMA


def without_default(model: Any) -> Any:
    """A network's config without its channels if they are 1, the default of Shoal's own networks.

    So the ids and the weights of runs on luma are the same as before there was RGB.

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
    """Set `channels` on a user's own network that maps RGB by its config but doesn't store that.

    Raises:
        UserError: it uses the attribute for something else.
    """
    if declared(model) == RGB and channels_of(network) != RGB:
        if hasattr(network, "channels"):
            kind = type(network).__name__
            raise UserError(
                f"model.channels={RGB} means RGB, but {kind}.channels is something else: "
                f"rename its attribute and its argument"
            )
        setattr(network, "channels", RGB)  # noqa: B010 - to mypy all attributes are modules
