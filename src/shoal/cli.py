"""The `shoal` command: a function per subcommand, its imports inside it, so that help is instant."""

import sys

import typer

from shoal.errors import UserError

app = typer.Typer(
    help="Super-resolution with deep and shallow networks: pictures in, larger pictures out.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
data = typer.Typer(help="The picture sets: what there is, where it comes from, fetching it.")
runs = typer.Typer(help="What has been trained: list, explain, verify, clean.")
app.add_typer(data, name="data", no_args_is_help=True)
app.add_typer(runs, name="runs", no_args_is_help=True)


def main() -> None:
    """Run the command line; a `UserError` becomes one line on stderr and exit code 2."""
    try:
        app()
    except UserError as error:
        print(f"shoal: {error}", file=sys.stderr)
        sys.exit(2)
