"""The table on the screen, at the end of a grid."""

import pandas as pd
from rich.console import Console
from rich.table import Table

from shoal.report.findings import Findings
from shoal.report.tables.verdicts import claimed, effect, worded
from shoal.system.screen import screen

# What a terminal has room for; the rest is in the folder.
LEFT_OUT = ("of the paper's training", "MACs per LR pixel", "training MACs", "dead channels")
# Ends of the names of columns that go too, in turn, until the table fits a narrow terminal.
SPARED = (" SSIM", " published")


def print_table(found: Findings, console: Console | None = None) -> None:
    """Print scores, notes and verdicts.

    Args:
        found: from `findings`.
        console: where to; the terminal if not given.
    """
    console = console or screen()
    console.print(_fitting(found, console))
    for note in found.notes:
        console.print(f"note: {note}", highlight=False, markup=False)
    for part in found.compared:
        console.print(_drawn(part.heading, part.rows))
    if found.verdicts:
        verdicts = Table("is it so?", "verdict", "effect [95 % interval]")
        for verdict in found.verdicts:
            verdicts.add_row(claimed(verdict), worded(verdict), effect(verdict.decisive))
        console.print(verdicts)


def _fitting(found: Findings, console: Console) -> Table:
    """The scores, without the columns that the console is too narrow for."""
    cells = found.cells.drop(columns=list(LEFT_OUT), errors="ignore")
    table = _drawn(found.title, cells)
    boundless = console.options.update(max_width=1000)
    for ending in SPARED:
        if console.measure(table, options=boundless).maximum > console.width:
            cells = cells.drop(columns=[name for name in cells.columns if name.endswith(ending)])
            table = _drawn(found.title, cells)
    return table


def _drawn(title: str, cells: pd.DataFrame) -> Table:
    table = Table(title=title, title_justify="left")
    for place, name in enumerate(cells.columns):
        table.add_column(name, justify="right" if place else "left")
    for line in cells.to_numpy().tolist():
        table.add_row(*line)
    return table
