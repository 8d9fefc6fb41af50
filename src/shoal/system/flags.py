"""The flags of the command line that say where the config is composed from."""

import argparse
import sys
from pathlib import Path

FLAGS = (("-cp", "--config-path"), ("-cn", "--config-name"), ("-cd", "--config-dir"))


def flags() -> dict[str, str]:
    """Those that were typed, e.g. `config-dir`, with their values."""
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False, exit_on_error=False)
    for short, long in FLAGS:
        parser.add_argument(short, long)
    try:
        found = vars(parser.parse_known_args(sys.argv[1:])[0])
    except argparse.ArgumentError:  # one without its value, which Hydra refuses itself
        return {}
    return {name.replace("_", "-"): value for name, value in found.items() if value}


def own_configs() -> Path | None:
    """The folder of the user's own configs, if one was typed."""
    return Path(found).resolve() if (found := flags().get("config-dir")) else None
