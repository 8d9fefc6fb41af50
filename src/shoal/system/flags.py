"""The flags of the command line that say where configs are."""

import argparse
import sys
from pathlib import Path

FLAGS = (("-cp", "--config-path"), ("-cn", "--config-name"), ("-cd", "--config-dir"))


def flags() -> dict[str, str]:
    """Return the flags that were typed, e.g. `config-dir`, with their values."""
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False, exit_on_error=False)
    for short, long in FLAGS:
        parser.add_argument(short, long)
    try:
        found = vars(parser.parse_known_args(sys.argv[1:])[0])
    except argparse.ArgumentError:  # a flag without a value, which Hydra refuses itself
        return {}
    return {name.replace("_", "-"): value for name, value in found.items() if value}


def own_configs() -> Path | None:
    """Return the folder that `--config-dir` names, if it was typed."""
    return Path(found).resolve() if (found := flags().get("config-dir")) else None
