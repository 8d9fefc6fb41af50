"""Train a model, or a grid of models: `python train.py --help`."""

import sys
from pathlib import Path

import hydra
from omegaconf import DictConfig

from shoal.runs.config import check, register_resolvers
from shoal.system.console import exit_code, share_config_store, told

register_resolvers()
share_config_store()


@hydra.main(version_base="1.3", config_path="conf", config_name="config")
def main(cfg: DictConfig) -> None:
    """One run."""
    if code := exit_code(lambda: _run(cfg)):
        sys.exit(code)  # before Hydra words the mistake in its own way


def _run(cfg: DictConfig) -> None:
    check(cfg)  # a mistake is told before the seconds that importing torch takes
    from shoal.training.run import (
        run,  # here, so that --help and a grid's bookkeeping need no torch
    )

    run(cfg, command=told())


if __name__ == "__main__":
    sys.exit(exit_code(main, Path(__file__).parent / "conf"))
