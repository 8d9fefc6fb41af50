"""`shoal runs`: lists, compares, explains and maintains runs."""

from pathlib import Path
from typing import Annotated

import typer

from shoal.cli.options import Root, Runs, Scale, Trust
from shoal.errors import UserError, one_line

app = typer.Typer(
    help="Runs that were trained: list, compare, explain, verify, merge, adopt, clean."
)


@app.command("list", epilog="Example: shoal runs list --where model=eeds,scale=3 --sort=-score")
def runs_list(
    runs: Runs = Path("runs"),
    columns: Annotated[
        str, typer.Option(help="Columns to show, e.g. id,arm,scale,lr,Set5,parameters.")
    ] = "",
    where: Annotated[str, typer.Option(help="Only these runs, e.g. model=eeds,scale=3.")] = "",
    sort: Annotated[
        str, typer.Option(help="Column to sort by; -COLUMN: the largest first.")
    ] = "id",
    csv: Annotated[Path | None, typer.Option(help="Write a CSV file instead.")] = None,
) -> None:
    """List all runs: status, score, what differs between them, age, size."""
    from shoal.results.listed import print_listing
    from shoal.results.listing import listing

    table = listing(runs, columns=_listed(columns), conditions=_listed(where), sort=sort)
    print_listing(table, csv, whole=bool(columns))


def _listed(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


@app.command("compare", epilog="Example: shoal runs compare A B")
def runs_compare(
    names: Annotated[
        list[str], typer.Argument(help="Ids of runs, or the beginning of ids or digests.")
    ],
    runs: Runs = Path("runs"),
    png: Annotated[Path | None, typer.Option(help="Also draw the curves to this file.")] = None,
) -> None:
    """Compare runs: configs, scores picture by picture, curves."""
    from shoal.report.compare import chosen
    from shoal.report.compared import print_comparison

    print_comparison(chosen(runs, names), png)


@app.command("verify", epilog="Example: shoal runs verify")
def runs_verify(
    runs: Runs = Path("runs"),
    root: Root = None,
    trust: Trust = False,
) -> None:
    """Check each finished run: files, digests, and the scores of one test set."""
    from shoal.data.catalog import default_root
    from shoal.runs.verify import finished, problems
    from shoal.system.progress import tracked

    folders, wrong = finished(runs), 0
    for folder in tracked(folders, "verifying"):
        found = list(problems(folder, root or default_root(), trust=trust))
        wrong += bool(found)
        for line in [f"{folder.id}  {problem}" for problem in found] or [
            f"{folder.id}  as recorded"
        ]:
            print(one_line(line))
    if wrong:
        raise UserError(
            f"{wrong} of {len(folders)} runs are not as recorded: force=true trains one anew"
        )


@app.command("merge", epilog="Example: shoal runs merge other/runs")
def runs_merge(
    other: Annotated[Path, typer.Argument(help="Folder of runs that another machine made.")],
    runs: Runs = Path("runs"),
    root: Root = None,
    trust: Trust = False,
) -> None:
    """Copy finished runs of another machine here after verifying them; replaces none."""
    from shoal.data.catalog import default_root
    from shoal.runs.merge import merge

    refused = 0
    for name, what, is_refused in merge(other, runs, root or default_root(), trust=trust):
        refused += is_refused
        print(one_line(f"{name}  {what}"), flush=True)
    if refused:
        raise UserError(f"{refused} of the runs in {other} were refused; the others were merged")


@app.command("adopt", epilog="Example: shoal runs adopt experiments/ablation/t91-x3-standard")
def runs_adopt(
    findings: Annotated[Path, typer.Argument(help="e.g. experiments/ablation/t91-x3-standard")],
    runs: Runs = Path("runs"),
) -> None:
    """Turn the rows of findings into runs again, so that a grid only trains what is missing."""
    from shoal.runs.adopt import adopt

    for name, what in adopt(findings, runs):
        print(one_line(f"{name}  {what}"), flush=True)


@app.command("clean", epilog="Example: shoal runs clean")
def runs_clean(
    runs: Runs = Path("runs"),
    yes: Annotated[bool, typer.Option("--yes", help="Delete without asking.")] = False,
) -> None:
    """Delete runs that are neither finished nor resumable, after listing them."""
    from shoal.runs.clean import remove, useless

    found = useless(runs)
    for folder, reason in found:
        print(one_line(f"{folder.path}  {reason}"))
    if not found:
        print(f"nothing to delete in {runs}")
    elif yes or typer.confirm(f"Delete {len(found)} folders?"):
        for folder, _ in found:
            remove(folder)


@app.command("explain", epilog="Example: shoal runs explain eeds --set Set5 --scale 3")
def runs_explain(
    model: Annotated[str, typer.Argument(help="A model or an arm, e.g. eeds")],
    dataset: Annotated[str, typer.Option("--set", help="A test set, e.g. Set5")],
    scale: Scale = 3,
    runs: Runs = Path("runs"),
    experiments: Annotated[
        list[Path], typer.Option(help="Folders of findings, for runs that are gone; repeatable.")
    ] = [Path("reports"), Path("experiments")],  # noqa: B006 - typer only reads it
    experiment: Annotated[
        str | None,
        typer.Option(help="e.g. ablation or ablation/t91-x3-standard.", show_default="any"),
    ] = None,
    every: Annotated[
        bool, typer.Option("--all", help="Print all certificates, not just the newest.")
    ] = False,
) -> None:
    """Print the origin of a number: runs, data, code, protocol, commands."""
    from shoal.results import explain

    print(explain(model, dataset, scale, runs, experiments, experiment, every=every))
