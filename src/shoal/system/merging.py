"""Overrides without effect: Hydra merges a dictionary into the one that a file has."""

from collections.abc import Iterable

from omegaconf import DictConfig, OmegaConf

from shoal.errors import UserError


def require_emptied(tree: DictConfig, overrides: Iterable[str]) -> None:
    """Refuse `key={}` if the config still has entries there.

    Args:
        tree: the config that Hydra composed.
        overrides: the overrides that it was composed from.

    Raises:
        UserError: an override has no effect; the message has one that works.
    """
    for override in overrides:
        key, _, value = override.partition("=")
        name = key.lstrip("+")
        if value.replace(" ", "") == "{}" and OmegaConf.select(tree, name):
            raise UserError(
                f"{override} changes nothing, for Hydra merges dictionaries: "
                f"'~{name}' leaves out what a file sets"
            )
