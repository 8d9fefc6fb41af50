"""`shoal data`: the picture sets."""

from pathlib import Path
from typing import Annotated

import typer

from shoal.cli.options import Root

app = typer.Typer(help="Picture sets: list them, show their sources, download them.")


@app.command("list", epilog="Example: shoal data list")
def data_list(root: Root = None) -> None:
    """List all picture sets: role, size, whether they are downloaded, terms of use."""
    from shoal.data.catalog import default_root
    from shoal.data.commands import print_list

    print_list(root or default_root())


@app.command("show", epilog="Example: shoal data show set5")
def data_show(name: Annotated[str, typer.Argument(help="e.g. set5")], root: Root = None) -> None:
    """Show whom to cite for a set, its terms of use, its source and its pictures."""
    from shoal.data.catalog import default_root
    from shoal.data.commands import print_set

    print_set(name, root or default_root())


@app.command("edges", epilog="Example: shoal data edges lr-of-set14-x2 data/Set14")
def data_edges(
    lr: Annotated[Path, typer.Argument(help="LR pictures from elsewhere: a file or a folder.")],
    hr: Annotated[Path, typer.Argument(help="The HR pictures that they were made from.")],
) -> None:
    """Tell how MATLAB made LR pictures: with mirrored edges, or older: with repeated ones."""
    from shoal.data.commands import print_edges
    from shoal.evaluation.pairing import pairs

    print_edges((pair.sr, pair.hr) for pair in pairs(lr, hr))


@app.command("fetch", epilog="Example: shoal data fetch t91 set5 set14 bsd100")
def data_fetch(
    name: Annotated[list[str], typer.Argument(help="e.g. t91 set5 set14 bsd100")],
    root: Root = None,
    mirror: Annotated[
        list[str] | None,
        typer.Option(help="http(s) address of a mirror, containing {repository} {commit} {path}."),
    ] = None,
) -> None:
    """Download picture sets and check each file's SHA-256; run it again to resume."""
    from shoal.data.catalog import default_root
    from shoal.data.commands import fetch_and_tell
    from shoal.data.mirrors import DEFAULT_MIRRORS

    fetch_and_tell(name, root or default_root(), mirror or DEFAULT_MIRRORS)
