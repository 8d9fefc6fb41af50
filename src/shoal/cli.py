"""The `shoal` command: a function per subcommand, imports inside it, so that help is instant."""

import io
import signal
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal

import typer
from typer.exceptions import TyperException

from shoal.errors import UserError, one_line

USER_ERROR = 2

app = typer.Typer(
    help="Super-resolution with deep and shallow networks: pictures in, larger pictures out.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
data = typer.Typer(help="The picture sets: what there is, where it comes from, fetching it.")
runs = typer.Typer(help="What has been trained: list, explain, verify, merge, clean.")
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


Runs = Annotated[Path, typer.Option("--runs", help="Folder of all runs.")]


@app.command("report")
def report(
    experiment: Annotated[str, typer.Argument(help="e.g. ablation")],
    runs: Runs = Path("runs"),
    out: Annotated[Path, typer.Option(help="Folder of all findings.")] = Path("experiments"),
    id: Annotated[
        str | None, typer.Option(help="Digest of the grid, where there are several; the newest.")
    ] = None,
) -> None:
    """Write an experiment's tables, figures, verdicts and page from its runs' records."""
    from shoal.report import findings, print_table, write_report
    from shoal.results import load

    # Claims and published scores stay with the project when the findings go elsewhere.
    sources = out if (out / "claims.yaml").is_file() else Path("experiments")
    study = load(runs, experiment, id)
    folder = write_report(study, out, sources)
    print_table(findings(study, sources))
    print(f"{folder / 'README.md'} and {folder / 'index.html'} are written")


@runs.command("list")
def runs_list(runs: Runs = Path("runs")) -> None:
    """List all runs: status, score, age, size."""
    from shoal.results.listing import print_listing

    print_listing(runs)


@runs.command("verify")
def runs_verify(
    runs: Runs = Path("runs"),
    root: Root = None,
    trust: Annotated[bool, typer.Option("--trust", help="Build networks not our own.")] = False,
) -> None:
    """Check every finished run again: files whole, digests right, scores of one set equal."""
    from shoal.bars import tracked
    from shoal.data.catalog import default_root
    from shoal.verify import finished, problems

    folders, wrong = finished(runs), 0
    for folder in tracked(folders, "verifying"):
        found = list(problems(folder, root or default_root(), trust=trust))
        wrong += bool(found)
        for line in [f"{folder.id}  {problem}" for problem in found] or [
            f"{folder.id}  as recorded"
        ]:
            print(line)
    if wrong:
        raise UserError(
            f"{wrong} of {len(folders)} runs are not as recorded: force=true redoes one"
        )


@runs.command("merge")
def runs_merge(
    other: Annotated[Path, typer.Argument(help="Folder of runs that another machine made.")],
    runs: Runs = Path("runs"),
    root: Root = None,
    trust: Annotated[bool, typer.Option("--trust", help="Build networks not our own.")] = False,
) -> None:
    """Bring finished runs of another machine in, each verified; none that is here is replaced."""
    from shoal.data.catalog import default_root
    from shoal.merge import merge

    refused = 0
    for name, what, is_refused in merge(other, runs, root or default_root(), trust=trust):
        refused += is_refused
        print(f"{name}  {what}", flush=True)
    if refused:
        raise UserError(f"{refused} of the runs in {other} were refused; the others are here")


@runs.command("clean")
def runs_clean(
    runs: Runs = Path("runs"),
    yes: Annotated[bool, typer.Option("--yes", help="Delete without asking.")] = False,
) -> None:
    """Delete what is neither finished nor resumable, after showing it."""
    from shoal.clean import remove, useless

    found = list(useless(runs))
    for folder, reason in found:
        print(f"{folder.path}  {reason}")
    if not found:
        print(f"nothing to delete in {runs}")
    elif yes or typer.confirm(f"Delete {len(found)} folders?"):
        for folder, _ in found:
            remove(folder)


@runs.command("explain")
def runs_explain(
    model: Annotated[str, typer.Argument(help="A model or an arm, e.g. eeds")],
    dataset: Annotated[str, typer.Option("--set", help="A test set, e.g. Set5")],
    scale: Annotated[int, typer.Option(help="Of the enlargement.")] = 3,
    runs: Runs = Path("runs"),
    experiments: Annotated[
        Path, typer.Option(help="Committed findings, for runs that are gone.")
    ] = Path("experiments"),
) -> None:
    """Print what stands behind a number: runs, data, code, protocol, commands."""
    from shoal.results import explain

    print(explain(model, dataset, scale, runs, experiments))


Trust = Annotated[
    bool, typer.Option("--trust", help="Build networks not our own: runs code the file names.")
]
Force = Annotated[bool, typer.Option("--force", help="Replace files that are there.")]


class Kind(StrEnum):
    """The formats of `shoal.formats.FORMATS`, which is not imported for the help."""

    PNG, JPG, WEBP, TIFF, BMP = "png", "jpg", "webp", "tiff", "bmp"


class EngineName(StrEnum):
    """The engines of `shoal.upscale.engines.ENGINES`."""

    AUTO, TORCH = "auto", "torch"
    OPENVINO, ONNXRUNTIME = "openvino", "onnxruntime"


@app.command()
def upscale(
    path: Annotated[list[Path], typer.Argument(help="Pictures, or folders of them.")],
    output: Annotated[
        Path, typer.Option("-o", "--output", help="Folder; for one picture also a file's name.")
    ] = Path("output"),
    scale: Annotated[int | None, typer.Option(help="2, 3 or 4.  [default: 2, or FILE's]")] = None,
    model: Annotated[
        str | None, typer.Option(help="eeds_fast or eeds; the best that ships if not given.")
    ] = None,
    weights: Annotated[
        Path | None, typer.Option(metavar="FILE", help="A run's weights.safetensors instead.")
    ] = None,
    format: Annotated[
        Kind | None, typer.Option(help="Of the files; PNG unless -o says otherwise.")
    ] = None,
    compare: Annotated[
        bool, typer.Option("--compare", help="Also show bicubic and the result side by side.")
    ] = False,
    ensemble: Annotated[
        bool, typer.Option("--ensemble", help="Average over eight symmetries: eightfold work.")
    ] = False,
    engine: Annotated[
        EngineName, typer.Option(help="auto: the fastest that is installed.")
    ] = EngineName.AUTO,
    tile: Annotated[
        str, typer.Option(help="Side of the pieces in pixels; auto: by the memory there is.")
    ] = "auto",
    force: Force = False,
    trust: Trust = False,
) -> None:
    """Enlarge pictures: luma by a trained network, colours and transparency bicubic."""
    from shoal.upscale.jobs import plan

    if model and weights:
        raise UserError("--model names what ships, --weights a file of yours: give one of them")
    if tile != "auto" and not tile.isdecimal():
        raise UserError(f"--tile {tile} is neither auto nor a number of pixels")
    jobs = plan(path, output, format, compare=compare, force=force)

    from shoal.upscale import load
    from shoal.upscale.command import enlarge_files

    upscaler = load(
        weights or model,
        scale,
        engine=engine,
        tile=None if tile == "auto" else int(tile),
        ensemble=ensemble,
        trust=trust,
    )
    if skipped := enlarge_files(jobs, upscaler):
        print(f"shoal: {skipped} of {len(jobs)} pictures were skipped", file=sys.stderr)
        raise typer.Exit(1)


@app.command()
def export(
    source: Annotated[Path, typer.Argument(help="A run's folder, or its weights.safetensors.")],
    format: Annotated[Literal["onnx"], typer.Option(help="Of the file.")] = "onnx",
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="FILE", help="[default: output/<run>.onnx]"),
    ] = None,
    force: Force = False,
    trust: Trust = False,
) -> None:
    """Write a trained network as ONNX, for any height and width, checked against PyTorch."""
    from shoal.export import export as export_

    print(f"{source} -> {export_(source, output, force=force, trust=trust)}")


@app.command()
def degrade(
    path: Annotated[list[Path], typer.Argument(help="Pictures, or folders of them.")],
    scale: Annotated[int, typer.Option(min=2, help="The factor, an integer.")] = 3,
    output: Annotated[Path, typer.Option("-o", "--output", help="Folder to write to.")] = Path(
        "output"
    ),
    force: Force = False,
) -> None:
    """Write the low-resolution pictures that MATLAB's imresize would."""
    from shoal.degrade import degrade_files

    for source, target in degrade_files(path, scale, output, force=force):
        print(f"{source} -> {target}")


@app.command()
def score(
    sr: Annotated[Path, typer.Argument(help="A picture, or a folder of them, of any method.")],
    hr: Annotated[Path, typer.Argument(help="The HR picture, or the folder of them.")],
    scale: Annotated[int, typer.Option(min=2, help="Of the enlargement.")],
    protocol: Annotated[str, typer.Option(help="classic or rgb.")] = "classic",
    csv: Annotated[Path | None, typer.Option(help="Also write the scores to this file.")] = None,
) -> None:
    """Score pictures of any method against HR pictures, as the literature does."""
    from shoal import score as scores

    if csv:
        scores.check_target(csv)
    rows = scores.score(sr, hr, scale, protocol)
    scores.print_scores(rows)
    if csv:
        scores.write_scores(csv, rows)
        print(f"{csv} is written")


def main() -> None:
    """Run the command line; what is the user's to mend becomes one line on stderr, exit code 2."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a file name may hold what can't be printed
            stream.reconfigure(errors="backslashreplace")
    code, message = _outcome(sys.argv[1:])
    if message:
        print(f"shoal: {one_line(message)}", file=sys.stderr)
    sys.exit(code)


def _outcome(arguments: list[str]) -> tuple[int, str]:
    """The exit code, and the line that explains it."""
    if "" in arguments:  # an unset variable of the shell's; as a path it would be this folder
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
