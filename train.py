"""Train a model, or a grid of models: `python train.py --help`."""

import os
import sys
import time
from pathlib import Path

import hydra
from hydra.core.hydra_config import HydraConfig
from omegaconf import DictConfig

from shoal.errors import UserError
from shoal.runs.config import RunConfig, register_resolvers
from shoal.system.console import exit_code, share_config_store, typed
from shoal.system.streams import open_console
from shoal.system.variables import EXPERIMENT

register_resolvers()
share_config_store()
# What was imported until here has cost processor time and nothing else.
BEGUN = time.monotonic() - time.process_time()


@hydra.main(version_base="1.3", config_path="conf", config_name="config")
def main(tree: DictConfig) -> None:
    """One run."""
    if code := exit_code(lambda: _train(tree)):
        sys.exit(code)  # before Hydra words the mistake in its own way


def _require_grid() -> None:
    """Refuse an experiment that would train one network: its file forgot to ask for a grid."""
    name = HydraConfig.get().runtime.choices.get("experiment")
    asked = "hydra.mode=RUN" in sys.argv or os.environ.get(EXPERIMENT)  # an arm, by hand or by us
    if name and not asked:
        raise UserError(
            f"experiment={name}: add 'hydra: {{mode: MULTIRUN}}' to its file, or say -m"
        )


def _train(tree: DictConfig) -> None:
    _require_grid()
    config = RunConfig.of(tree)  # a mistake is named before the seconds that importing torch takes
    from shoal.training.run import train

    train(config, typed(), BEGUN)


if __name__ == "__main__":
    open_console()
    sys.exit(exit_code(main, Path(__file__).parent / "conf"))
