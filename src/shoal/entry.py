"""The Hydra entry point of `shoal train` and `python train.py`."""

import sys
import time

import hydra
from hydra.core.hydra_config import HydraConfig
from omegaconf import DictConfig

from shoal.runs.config import RunConfig
from shoal.runs.resolvers import register_resolvers
from shoal.system.configs import CONF
from shoal.system.console import (
    exit_code,
    require_grid,
    share_config_store,
    take_words_in_any_order,
    typed,
)
from shoal.system.merging import require_emptied
from shoal.system.streams import open_console

register_resolvers()
share_config_store()
take_words_in_any_order()
# The start of the process: until here it has only computed, so its processor time is its age.
BEGUN = time.monotonic() - time.process_time()


@hydra.main(version_base="1.3", config_path=str(CONF), config_name="config")
def main(tree: DictConfig) -> None:
    """Train one run of a composed config."""
    if code := exit_code(lambda: _train(tree)):
        sys.exit(code)  # before Hydra prints the error in its own way


def start() -> int:
    """Train what the command line asks for, and return the exit code."""
    open_console()
    return exit_code(main, CONF)


def _train(tree: DictConfig) -> None:
    require_grid()
    require_emptied(tree, HydraConfig.get().overrides.task)
    config = RunConfig.of(tree)  # reports mistakes before torch is imported, which takes seconds
    from shoal.training.run import train

    train(config, typed(), BEGUN)
