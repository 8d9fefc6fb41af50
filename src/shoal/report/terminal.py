"""The table on the screen, at the end of a grid."""

from rich.console import Console
from rich.table import Table

from shoal.report.findings import Findings
from shoal.report.text import effect, worded

# What a terminal has room for; the rest is in the folder.
LEFT_OUT = ("of the paper's training", "MACs per LR pixel", "training MACs", "dead channels")


def print_table(found: Findings, console: Console | None = None) -> None:
    """Print scores, notes and verdicts.

    Args:
        found: from `findings`.
        console: where to; the terminal if not given.
    """
    console = console or Console()
    cells = found.cells.drop(columns=list(LEFT_OUT), errors="ignore")
    table = Table(title=found.title, title_justify="left")
    for name in cells.columns:
        table.add_column(name, justify="left" if name == "arm" else "right")
    for line in cells.to_numpy().tolist():
        table.add_row(*line)
    console.print(table)
    for note in found.notes:
        console.print(f"note: {note}", highlight=False, markup=False)
    if found.verdicts:
        verdicts = Table("claim", "the paper says", "verdict", "effect [95 % interval]")
        for verdict in found.verdicts:
            verdicts.add_row(verdict.id, verdict.says, worded(verdict), effect(verdict.decisive))
        console.print(verdicts)
