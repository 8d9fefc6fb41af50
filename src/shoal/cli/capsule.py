"""`shoal capsule`: packs a study into one file, and verifies such a file."""

from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from shoal.cli.options import Runs


class _PacksUnlessTold(TyperGroup):
    """Takes `shoal capsule FOLDER` for `shoal capsule pack FOLDER`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        named = not args or args[0] in {*self.commands, "-h", "--help"}
        return super().parse_args(ctx, args if named else ["pack", *args])


app = typer.Typer(
    cls=_PacksUnlessTold,
    help="Pack a study into one file that can be checked: shoal capsule FINDINGS -o FILE.",
    epilog="Example: shoal capsule experiments/ablation/t91-x3-standard -o ablation.zip",
)


@app.command(epilog="Example: shoal capsule experiments/ablation/t91-x3-standard -o ablation.zip")
def pack(
    findings: Annotated[Path, typer.Argument(help="e.g. experiments/ablation/t91-x3-standard")],
    out: Annotated[Path, typer.Option("-o", "--out", help="The file to write.")] = Path(
        "capsule.zip"
    ),
    runs: Runs = Path("runs"),
    weights: Annotated[
        bool, typer.Option("--weights", help="Include the weights of runs that are still there.")
    ] = False,
) -> None:
    """Pack a study as an RO-Crate: rows, figures, configs, digests, versions, licence, command."""
    from shoal.capsule.pack import pack as write
    from shoal.system.configs import CONF

    print(f"{out}: {len(write(findings, out, runs, CONF, weights=weights))} files")


@app.command(epilog="Example: shoal capsule verify ablation.zip")
def verify(file: Annotated[Path, typer.Argument(help="e.g. ablation.zip")]) -> None:
    """Check digests, metadata, and that run ids match their configs, without unpacking."""
    from shoal.capsule.check import check
    from shoal.errors import counted
    from shoal.runs.resolvers import register_resolvers

    register_resolvers()
    found = check(file)
    aside = f" ({found.older} of an older results version: ids not checked)" if found.older else ""
    lacking = f"; it lacks the code of {', '.join(found.lacking)}" if found.lacking else ""
    files, runs = counted(found.files, "file"), counted(found.runs, "run")
    print(f"{file}: {files} and {runs} verified{aside}{lacking}")
