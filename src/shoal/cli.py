"""The `shoal` command: a function per subcommand, imports inside it, so that help is instant."""

import sys
from pathlib import Path
from typing import Annotated

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

Root = Annotated[
    Path | None,
    typer.Option(help="Folder that holds the sets; $SHOAL_DATA, else data, if not given."),
]


@data.command("list")
def data_list(root: Root = None) -> None:
    """List all picture sets: role, size, whether they are here, terms of use."""
    from shoal.data.catalog import default_root
    from shoal.data.commands import print_list

    print_list(root or default_root())


@data.command("show")
def data_show(name: Annotated[str, typer.Argument(help="e.g. set5")], root: Root = None) -> None:
    """Show whom to cite for a set, its terms of use, its source and its pictures."""
    from shoal.data.catalog import default_root
    from shoal.data.commands import print_set

    print_set(name, root or default_root())


@data.command("fetch")
def data_fetch(
    name: Annotated[list[str], typer.Argument(help="e.g. t91 set5 set14 bsd100")],
    root: Root = None,
    mirror: Annotated[
        list[str] | None,
        typer.Option(help="http(s) address to ask, with {repository} {commit} {path} in it."),
    ] = None,
) -> None:
    """Download picture sets, checking every file's SHA-256; issue it again to go on after a cut."""
    from shoal.data.catalog import default_root
    from shoal.data.commands import fetch_and_tell
    from shoal.data.mirrors import DEFAULT_MIRRORS

    fetch_and_tell(name, root or default_root(), mirror or DEFAULT_MIRRORS)


def main() -> None:
    """Run the command line; a `UserError` becomes one line on stderr and exit code 2."""
    try:
        app()
    except UserError as error:
        print(f"shoal: {error}", file=sys.stderr)
        sys.exit(2)
