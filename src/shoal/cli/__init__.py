"""The `shoal` command, with a module per subcommand.

Subcommands import what they need when they are called, which keeps `shoal --help` fast. This is the
topmost package: it may import all others, but `training` only through `shoal.entry`.
"""

import signal
import sys
from typing import Annotated

import typer
from typer.exceptions import TyperException

from shoal import __version__
from shoal.cli import capsule, data, runs
from shoal.cli.degrade import degrade
from shoal.cli.export import export
from shoal.cli.import_weights import import_weights
from shoal.cli.report import pages, report
from shoal.cli.score import score
from shoal.cli.train import train
from shoal.cli.upscale import upscale
from shoal.errors import USER_ERROR, UserError, one_line
from shoal.system.streams import open_console

app = typer.Typer(
    epilog="Example: shoal upscale photo.jpg --scale 3",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for command, example in (
    (upscale, "shoal upscale photos --scale 3 -o larger --compare"),
    (score, "shoal score theirs hr --scale 3 --csv theirs.csv"),
    (degrade, "shoal degrade photos --scale 3 -o lr"),
    (export, "shoal export runs/eeds-x3-s0-1f3a9c2e -o eeds.onnx"),
    (import_weights, "shoal import-weights srcnn x3.mat --scale 3 -o srcnn.safetensors"),
    (report, "shoal report ablation --latex"),
    (pages, "shoal pages experiments"),
):
    app.command(epilog=f"Example: {example}")(command)
# Hydra parses the rest of this command line, and also prints its help.
app.command(
    context_settings={"ignore_unknown_options": True, "help_option_names": []},
    add_help_option=False,
)(train)
app.add_typer(runs.app, name="runs", no_args_is_help=True)
app.add_typer(data.app, name="data", no_args_is_help=True)
app.add_typer(capsule.app, name="capsule", no_args_is_help=True)


def _print_version(asked: bool) -> None:
    if asked:
        print(f"shoal {__version__}")
        raise typer.Exit


@app.callback()
def about(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version."
        ),
    ] = False,
) -> None:
    """Super-resolution with deep and shallow networks: pictures in, larger pictures out."""


def main() -> None:
    """Run the command line; a mistake of the user's is one line on stderr and exit code 2."""
    open_console()
    code, message = _outcome(sys.argv[1:])
    if message:
        print(f"shoal: {one_line(message)}", file=sys.stderr)
    sys.exit(code)


def _outcome(arguments: list[str]) -> tuple[int, str]:
    """The exit code, and the line that explains it."""
    if "" in arguments:  # e.g. an unset shell variable; as a path it would mean this folder
        return USER_ERROR, "an argument is empty: give it a value"
    try:
        code = app(arguments, standalone_mode=False) or 0
    except UserError as error:
        return USER_ERROR, str(error)
    except TyperException as error:
        message = error.format_message().rstrip(".")  # empty where help has been shown instead
        return USER_ERROR, message and f"{message}; --help shows what there is"
    except typer.Abort:
        return 1, "nothing was done"
    except OSError as error:
        return USER_ERROR, f"{error.filename}: {error.strerror}" if error.filename else str(error)
    return code, "stopped by SIGINT" if code == 128 + signal.SIGINT else ""
