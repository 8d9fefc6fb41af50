"""Prints a comparison of some runs, and draws their curves."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd
from matplotlib.figure import Figure
from rich.console import Console
from rich.table import Table

from shoal.report.compare import deaths, differences, scores
from shoal.report.figures.canvas import drawing, rendered
from shoal.report.plot import Points, plot
from shoal.results.rows import read_tables
from shoal.runs.tables import CURVE
from shoal.system.files import asked_for
from shoal.system.screen import screen


def print_comparison(
    folders: Sequence[Path], png: Path | None, console: Console | None = None
) -> None:
    """Print configs, scores and curves, and also write the curves to a PNG file if asked to.

    Args:
        folders: of the runs; the others are compared with the first.
        png: the PNG file, if any.
        console: the output; the terminal by default.

    Raises:
        UserError: `png` can't be written.
    """
    console = console or screen()
    differ = differences(folders).rename_axis("config").reset_index()
    same = "configs and code are the same"
    console.print(_drawn("what differs", differ) if len(differ) else same)
    found = scores(folders)
    title = "PSNR (dB), and the gain over the first with its 95 % interval over pictures"
    console.print(_drawn(title, found) if len(found) else "no run has scores yet")
    for name, why in deaths(folders).items():
        console.print(f"{name} collapsed: {why}", markup=False, highlight=False)
    _print_curves(folders, png, console)


def _print_curves(folders: Sequence[Path], png: Path | None, console: Console) -> None:
    curves = read_tables(folders, "curve.csv", CURVE).dropna(subset="val/psnr")
    if curves.empty:
        return console.print("no run has a curve yet")
    lines = {
        folder.name: part[["step", "val/psnr"]].to_numpy(float)
        for folder in folders
        if len(part := curves[curves["id"] == folder.name])
    }
    for text in ["validation PSNR (dB) by step", *plot(lines, min(console.width, 100), 16)]:
        console.print(text, markup=False, highlight=False)
    if png is None:
        return console.print("--png FILE draws them as a picture", markup=False, highlight=False)
    with drawing():
        content = rendered(_figure(lines), "png")
    with asked_for(png) as file:
        file.write(content)
    return console.print(f"curves: {png}", markup=False, highlight=False)


def _figure(lines: Mapping[str, Points]) -> Figure:
    figure = Figure(figsize=(6.4, 4.0), layout="constrained")
    axes = figure.subplots()
    for name, points in lines.items():
        axes.plot(points[:, 0], points[:, 1], label=name)
    axes.set_xlabel("steps")
    axes.set_ylabel("validation PSNR (dB)")
    axes.legend()
    return figure


def _drawn(title: str, rows: pd.DataFrame) -> Table:
    table = Table(title=title, title_justify="left")
    for name in rows.columns:
        table.add_column(str(name), overflow="fold")
    for line in rows.to_numpy().tolist():
        table.add_row(*map(str, line))
    return table
