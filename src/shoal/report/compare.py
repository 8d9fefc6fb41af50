"""Some runs beside each other: what differs in their configs, their scores, their curves."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd
from matplotlib.figure import Figure
from rich.console import Console
from rich.table import Table

from shoal.errors import UserError
from shoal.report.figures.canvas import drawing, rendered
from shoal.report.joined import lost, study_of_runs
from shoal.report.paired import gain, psnr_table, worded
from shoal.report.plot import Points, plot
from shoal.report.tables.numbers import ABSENT
from shoal.results.facts import config_facts, facts
from shoal.results.rows import read_tables
from shoal.runs.tables import CURVE, SCORES
from shoal.system.files import asked_for
from shoal.system.screen import screen


def chosen(runs: Path, names: Sequence[str]) -> list[Path]:
    """The folders of runs that are named by their ids, or by how these begin.

    Raises:
        UserError: a name is no run's, or several runs'; or fewer than two are named.
    """
    folders = [_one(runs, name) for name in names]
    if len(set(folders)) < 2:
        raise UserError(f"{' '.join(names)}: name two runs or more, as `shoal runs list` has them")
    return list(dict.fromkeys(folders))


def _one(runs: Path, name: str) -> Path:
    found = [path.parent for path in sorted(runs.glob("*/status.json"))]
    found = [folder for folder in found if folder.name.startswith(name)]
    exact = [folder for folder in found if folder.name == name]
    if len(exact or found) == 1:
        return (exact or found)[0]
    if found:
        several = ", ".join(folder.name for folder in found[:4])
        raise UserError(f"{name} may be any of {several}{', ...' * (len(found) > 4)}: add digits")
    raise UserError(f"{name} is no run in {runs}: `shoal runs list --runs {runs}` has them")


def differences(folders: Sequence[Path]) -> pd.DataFrame:
    """A row per value of the configs that isn't the same in all runs, a column per run."""
    configs = pd.DataFrame({folder.name: config_facts(folder) for folder in folders}, dtype=object)
    if configs.empty:  # adopted runs have no config
        return configs
    texts = configs.map(lambda value: ABSENT if pd.isna(value) else str(value))
    return texts[texts.nunique(axis="columns") > 1]


def scores(folders: Sequence[Path]) -> pd.DataFrame:
    """A row per test set and protocol: PSNR (dB) of each run, gains over the first, as text.

    A gain is the mean difference over the pictures that both were scored on, with its 95 % interval
    over pictures.
    """
    rows = read_tables(folders, "scores.csv", SCORES)
    lines = []
    for protocol in rows["protocol"].unique():
        tables = [psnr_table([folder], [None], str(protocol)) for folder in folders]
        sets = dict.fromkeys(name for t in tables for name in t.columns.get_level_values(0))
        for name in sets:
            line = {"test set": str(name), "protocol": str(protocol)}
            for number, table in enumerate(tables):
                there = name in table.columns.get_level_values(0)
                psnr = f"{table[name].to_numpy().mean():.2f}" if there else ABSENT
                over = worded(gain(table, tables[0], str(name))) if number else ""
                line[folders[number].name] = f"{psnr} ({over})" if over else psnr
            lines.append(line)
    return pd.DataFrame(lines)


def deaths(folders: Sequence[Path]) -> dict[str, str]:
    """Why each run that collapsed did, by its id; below bicubic only where that is among them."""
    rows = [
        (str(row["model"]), int(row["scale"]), None, str(row["id"]))
        for row in facts(folders).to_dict("records")
        if pd.notna(row["scale"])
    ]
    return lost(study_of_runs(folders[0].parent, rows, {})) if rows else {}


def print_comparison(folders: Sequence[Path], png: Path, console: Console | None = None) -> None:
    """Print all three, and write the curves as a picture.

    Args:
        folders: of the runs; the first is what the others are compared with.
        png: where the picture goes.
        console: where the rest goes; the terminal if not given.

    Raises:
        UserError: `png` can't be written.
    """
    console = console or screen()
    differ = differences(folders).rename_axis("config").reset_index()
    console.print(_drawn("what differs", differ) if len(differ) else "the configs are the same")
    found = scores(folders)
    title = "PSNR (dB), and the gain over the first with its 95 % interval over pictures"
    console.print(_drawn(title, found) if len(found) else "none has scores yet")
    for name, why in deaths(folders).items():
        console.print(f"{name} collapsed: {why}", markup=False, highlight=False)
    curves = read_tables(folders, "curve.csv", CURVE).dropna(subset="val/psnr")
    if curves.empty:
        return console.print("none has a curve yet")
    lines = {
        folder.name: part[["step", "val/psnr"]].to_numpy(float)
        for folder in folders
        if len(part := curves[curves["id"] == folder.name])
    }
    for text in ["validation PSNR (dB) by step", *plot(lines, min(console.width, 100), 16)]:
        console.print(text, markup=False, highlight=False)
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
