"""The report on the screen, as a grid prints it at its end."""

from collections.abc import Sequence

import pandas as pd
from rich.console import Console
from rich.table import Table

from shoal.report.findings import Findings
from shoal.report.tables.verdicts import claimed, effect, worded
from shoal.system.screen import BOUNDLESS, screen

# Columns that are only in the folder, since a terminal has no room for them.
LEFT_OUT = ("of the paper's training", "MACs per LR pixel", "training MACs", "dead channels")
# Columns with these endings are dropped first, until the table fits a narrow terminal.
SPARED = (" SSIM", " published")
KEPT = 3  # columns that are never dropped: the arm, its runs, its first score


def print_table(found: Findings, console: Console | None = None) -> None:
    """Print scores, notes and verdicts.

    Args:
        found: from `findings`.
        console: the output; the terminal by default.
    """
    console = console or screen()
    table, gone = _fitting(found, console)
    console.print(table)
    if gone:
        console.print(f"no room for {', '.join(gone)}: the report shows all", highlight=False)
    for note in found.notes:
        console.print(f"note: {note}", highlight=False, markup=False)
    for part in found.compared:
        console.print(_drawn(part.heading, part.rows))
    if found.verdicts:
        verdicts = Table("claim", "verdict", "effect [95 % interval]")
        for verdict in found.verdicts:
            verdicts.add_row(claimed(verdict), worded(verdict), effect(verdict.decisive))
        console.print(verdicts)


def _fitting(found: Findings, console: Console) -> tuple[Table, list[str]]:
    """The table of scores with the columns that fit, and the names of the dropped ones."""
    cells = found.cells.drop(columns=list(LEFT_OUT), errors="ignore")
    table, gone = _drawn(found.title, cells), list[str]()
    boundless = console.options.update(max_width=BOUNDLESS)
    for names in _spared(list(map(str, cells.columns))):
        if console.measure(table, options=boundless).maximum <= console.width:
            break
        gone += names
        table = _drawn(found.title, cells.drop(columns=gone))
    return table, gone


def _spared(names: Sequence[str]) -> list[list[str]]:
    """Groups of columns that are dropped together, in the order of dropping."""
    alike = [[name for name in names if name.endswith(ending)] for ending in SPARED]
    others = [[name] for name in reversed(names[KEPT:]) if not name.endswith(SPARED)]
    return [each for each in (*alike, *others) if each]


def _drawn(title: str, cells: pd.DataFrame) -> Table:
    table = Table(title=title, title_justify="left")
    for place, name in enumerate(cells.columns):
        # The first column identifies the rows, so it is never cut.
        table.add_column(
            str(name), justify="right" if place else "left", no_wrap=not place, overflow="fold"
        )
    for line in cells.to_numpy().tolist():
        table.add_row(*line)
    return table
