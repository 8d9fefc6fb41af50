"""Runs from overrides, as `shoal train` makes them, in the process that asks for them."""

import shlex
from collections.abc import Sequence
from pathlib import Path

from hydra import compose as composed
from hydra.errors import HydraException
from hydra.types import RunMode
from omegaconf.errors import OmegaConfBaseException

from shoal.data.module import SuperResolutionData
from shoal.errors import UserError
from shoal.grid.composing import composer, resolved
from shoal.results import Study, read_kept
from shoal.runs.config import RunConfig
from shoal.runs.folder import RunFolder
from shoal.runs.run import Run
from shoal.system.configs import CONF
from shoal.system.merging import require_emptied
from shoal.system.mistakes import config_mistake


def compose(*overrides: str, config_dir: str | Path | None = None) -> RunConfig:
    """The config of a run, checked; nothing is made.

    Args:
        overrides: as on the command line, e.g. `"model=ees"`, `"budget.max_steps=100"`.
        config_dir: a folder of configs of your own.

    Raises:
        UserError: no run could have it, or it is a grid's; the message has value and remedy.
    """
    _require_strings(overrides)
    words = list(overrides)
    if config_dir is not None:
        words.append(f"hydra.searchpath=['file://{Path(config_dir).resolve()}']")
    try:
        with composer(CONF):
            tree = composed("config", words, return_hydra_config=True)
        if tree.hydra.mode == RunMode.MULTIRUN:
            asked = shlex.join(overrides)
            raise UserError(f"{asked} is a grid of runs, which the command makes: shoal train ...")
        require_emptied(tree, overrides)
        return RunConfig.of(resolved(tree))
    except (HydraException, OmegaConfBaseException) as error:
        raise UserError(config_mistake(error, CONF)) from None


def _require_strings(overrides: Sequence[object]) -> None:
    for each in overrides:
        if not isinstance(each, str):
            example = 'compose("model=ees", "scale=2")'
            raise UserError(f"{each!r} is no string: give each override by itself, {example}")


def train(*overrides: str, config_dir: str | Path | None = None) -> RunFolder:
    """Train a model and score it: `shoal train` of the same words, and the same run.

    A run that was interrupted goes on; one that is finished is reused, and only scored where
    scores are asked for that it lacks.

    Args:
        overrides: as on the command line.
        config_dir: a folder of configs of your own.

    Returns:
        The folder of the finished run.

    Raises:
        UserError: as `compose`, or pictures, devices or folders are not as they must be.
        Diverged: the loss stopped being finite.
        Stopped: a signal asked for it.
    """
    from shoal.training.run import train as trained  # it brings PyTorch

    folder = () if config_dir is None else ("--config-dir", str(config_dir))
    config = compose(*overrides, config_dir=config_dir)
    return trained(config, shlex.join(["shoal", "train", *folder, *overrides]))


def datamodule(config: RunConfig) -> SuperResolutionData:
    """The DataModule of a config, each of whose batches is one step's.

    Its training batches have no end: a Trainer needs `max_steps`.

    Raises:
        UserError: a picture is missing or broken, or the patch doesn't fit.
    """
    from shoal.training.ingredients import open_pictures

    run = Run.of(config)
    run.require_pictures()
    data = open_pictures(run)
    data.blocks = False
    return data


def findings(folder: str | Path) -> Study:
    """A study as its folder of findings keeps it: its question, and its rows as tables of pandas.

    Args:
        folder: e.g. `experiments/ablation/t91-x3-standard`.

    Raises:
        UserError: it is no such folder, or one of its files is damaged.
    """
    return read_kept(Path(folder))
