"""The command of a run's process, and the environment variables that it needs."""

import os
import sys
from collections.abc import Sequence

from shoal.system.console import config_flags, program

# Beginnings of environment variables that backends must be given, as they inherit none.
CARRIED = ("SHOAL_", "WANDB_", "PYTHONPATH")


def command(arguments: Sequence[str]) -> list[str]:
    """Return the command of a run, with the entry script that started the grid.

    Args:
        arguments: the run's command-line arguments.
    """
    return [sys.executable, *program(), *config_flags(), *arguments]


def carried() -> dict[str, str]:
    """Return the environment variables that a run on another machine needs."""
    return {key: value for key, value in os.environ.items() if key.startswith(CARRIED)}
