"""Train a model, or a grid of models: `python train.py --help`."""

import sys
from pathlib import Path

import hydra
from omegaconf import DictConfig

from shoal.config import register_resolvers
from shoal.console import exit_code, told

register_resolvers()


@hydra.main(version_base="1.3", config_path="conf", config_name="config")
def main(cfg: DictConfig) -> None:
    """One run."""
    from shoal.run import run  # here, so that --help and a grid's bookkeeping need no torch

    if code := exit_code(lambda: run(cfg, command=told())):
        sys.exit(code)  # before Hydra words the mistake in its own way


if __name__ == "__main__":
    sys.exit(exit_code(main, Path(__file__).parent / "conf"))
