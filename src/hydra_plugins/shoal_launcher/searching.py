"""A search for better values as the sweeper makes it."""

import functools
import os
from importlib.util import find_spec

from hydra.core.config_loader import ConfigLoader
from omegaconf import DictConfig

from shoal.errors import UserError
from shoal.system.variables import EXPERIMENT


def search(loader: ConfigLoader, master: DictConfig, combinations: list[list[str]]) -> None:
    """Make the runs of a search, and report.

    Args:
        loader: Hydra's.
        master: the search's config.
        combinations: of overrides: one.

    Raises:
        UserError: it can't be made as it is asked for.
        GridFailed: a run failed, and all others have been made.
    """
    # Imported here, since Hydra imports all its plugins at the start of every run.
    from shoal.grid.composing import compose
    from shoal.grid.outcome import GridFailed
    from shoal.grid.overrides import key
    from shoal.system.console import typed

    _require_alone(master, combinations)
    from shoal.search import search as made  # it needs Optuna

    name = str(master.hydra.runtime.choices["hparams_search"])
    given = [text for text in combinations[0] if not _is_of_search(key(text))]
    composing = functools.partial(compose, loader, master)
    os.environ[EXPERIMENT] = name
    outcomes = made.search(name, master.search, given, composing, typed())
    if count := made.failed(outcomes):
        raise GridFailed(count)


def _require_alone(master: DictConfig, combinations: list[list[str]]) -> None:
    """Refuse what a search can't be combined with.

    Raises:
        UserError: naming it, and the remedy.
    """
    if "experiment" in master:
        raise UserError("hparams_search and experiment are two questions: issue one at a time")
    if len(combinations) > 1:
        raise UserError("a search chooses values itself: nothing else can be swept with it")
    if backend := master.hydra.launcher.get("backend"):
        raise UserError(
            f"hydra/launcher={backend}: a search makes its runs itself, `jobs` at a time; for"
            " more machines give search.storage and issue it on each"
        )
    if find_spec("optuna") is None:
        raise UserError("hparams_search needs optuna: pip install 'shoal-sr[optuna]'")


def _is_of_search(key: str) -> bool:
    return key in ("hparams_search", "search") or key.startswith("search.")
