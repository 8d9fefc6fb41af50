"""Train a model, or a grid of models: `python train.py --help`."""

import sys
import time
from pathlib import Path

import hydra
from omegaconf import DictConfig

from shoal.runs.config import RunConfig, register_resolvers
from shoal.system.console import (
    exit_code,
    require_grid,
    share_config_store,
    take_words_in_any_order,
    typed,
)
from shoal.system.streams import open_console

register_resolvers()
share_config_store()
take_words_in_any_order()
# What was imported until here has cost processor time and nothing else.
BEGUN = time.monotonic() - time.process_time()


@hydra.main(version_base="1.3", config_path="conf", config_name="config")
def main(tree: DictConfig) -> None:
    """One run."""
    if code := exit_code(lambda: _train(tree)):
        sys.exit(code)  # before Hydra words the mistake in its own way


def _train(tree: DictConfig) -> None:
    require_grid()
    config = RunConfig.of(tree)  # a mistake is named before the seconds that importing torch takes
    from shoal.training.run import train

    train(config, typed(), BEGUN)


if __name__ == "__main__":
    open_console()
    sys.exit(exit_code(main, Path(__file__).parent / "conf"))
