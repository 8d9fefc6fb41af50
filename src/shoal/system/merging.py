"""Overrides that say nothing: Hydra merges a dictionary into the one that a file has."""

from collections.abc import Iterable

from omegaconf import DictConfig, OmegaConf

from shoal.errors import UserError


def require_emptied(tree: DictConfig, overrides: Iterable[str]) -> None:
    """Refuse `key={}` where the config still has what its files put there.

    Args:
        tree: what Hydra composed.
        overrides: that it was composed from.

    Raises:
        UserError: naming the override and the one that does it.
    """
    for override in overrides:
        key, _, value = override.partition("=")
        name = key.lstrip("+")
        if value.replace(" ", "") == "{}" and OmegaConf.select(tree, name):
            raise UserError(
                f"{override} changes nothing, for Hydra merges dictionaries: "
                f"'~{name}' leaves out what a file sets"
            )
