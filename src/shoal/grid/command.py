"""The command of a run's process, and what it takes along of our environment."""

import os
import sys
from collections.abc import Sequence

from shoal.system.console import config_flags, program

# What backends that pass on nothing of the environment must take along.
CARRIED = ("SHOAL_", "WANDB_", "PYTHONPATH")


def command(arguments: Sequence[str]) -> list[str]:
    """The command of a run: the entry script that the grid itself was started with.

    Args:
        arguments: of the run.
    """
    return [sys.executable, *program(), *config_flags(), *arguments]


def carried() -> dict[str, str]:
    """What of our environment a run on another machine takes along."""
    return {key: value for key, value in os.environ.items() if key.startswith(CARRIED)}
