"""The command of a run's process, and what it takes along of our environment."""

import argparse
import os
import sys
from collections.abc import Sequence

from shoal.system.console import program

# What backends that pass on nothing of the environment must take along.
CARRIED = ("SHOAL_", "WANDB_", "PYTHONPATH")


def command(arguments: Sequence[str]) -> list[str]:
    """The command of a run: the entry script that the grid itself was started with.

    Args:
        arguments: of the run.
    """
    return [sys.executable, *program(), *_where_configs_are(), *arguments]


def _where_configs_are() -> list[str]:
    """The flags of our own command line that say where the config is composed from."""
    parser = argparse.ArgumentParser(add_help=False)
    for short, long in (
        ("-cp", "--config-path"),
        ("-cn", "--config-name"),
        ("-cd", "--config-dir"),
    ):
        parser.add_argument(short, long)
    flags = vars(parser.parse_known_args(sys.argv[1:])[0])
    return [f"--{name.replace('_', '-')}={value}" for name, value in flags.items() if value]


def carried() -> dict[str, str]:
    """What of our environment a run on another machine takes along."""
    return {key: value for key, value in os.environ.items() if key.startswith(CARRIED)}
