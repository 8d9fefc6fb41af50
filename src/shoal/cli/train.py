"""`shoal train`: Hydra's command line as a subcommand."""

import sys

import typer


def complete(incomplete: str) -> list[str]:
    """The completions of a word of the command line: config groups, options and keys."""
    from hydra._internal.config_loader_impl import ConfigLoaderImpl
    from hydra._internal.core_plugins.bash_completion import BashCompletion
    from hydra._internal.utils import create_config_search_path

    from shoal.system.configs import CONF

    loader = ConfigLoaderImpl(create_config_search_path(str(CONF)))
    return [*BashCompletion(loader)._query("config", incomplete)]


def train(
    overrides: list[str] | None = typer.Argument(  # noqa: B008
        None,
        help="What differs from the defaults, e.g. model=eed scale=2.",
        autocompletion=complete,
    ),
) -> None:
    """Train a network, or a grid of them; `shoal train --help` lists all options.

    Example: `shoal train model=eed scale=2 budget=smoke`
    """
    from shoal.entry import start

    sys.argv[1:] = overrides or []
    raise typer.Exit(start())
