"""The list of runs on the screen, or in a file."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd
from rich.console import Console
from rich.table import Table

from shoal.errors import one_line
from shoal.results.facts import class_name
from shoal.results.listing import FIRST, LAST
from shoal.system.files import asked_for
from shoal.system.screen import BOUNDLESS, screen


def print_listing(table: pd.DataFrame, csv: Path | None = None, *, whole: bool = False) -> None:
    """Print a listing as a table, or write it as CSV.

    If the terminal is too narrow, columns are left out, and a line below the table names them:
    first size, age and step, then the columns in which runs differ, from the last one on.

    Args:
        table: from `listing`.
        csv: the file to write, with raw numbers: ages in seconds, sizes in bytes.
        whole: keep all columns and fold their cells instead, since the user has chosen them.
    """
    if csv is not None:
        with asked_for(csv) as file:
            file.write(table.to_csv(index=False, lineterminator="\n").encode())
        return
    console, names = screen(), list(map(str, table.columns))
    kept = names if whole else _fitting(table, names, console)
    console.print(_drawn(table, kept, console))
    if left_out := [_head(name, names) for name in names if name not in kept]:
        listed = ", ".join(left_out)
        console.print(f"no room for {listed}: choose with --columns, or write all with --csv FILE")


def _fitting(table: pd.DataFrame, names: Sequence[str], console: Console) -> list[str]:
    """The columns that fit, after dropping the least important ones."""
    kept, boundless = list(names), console.options.update(max_width=BOUNDLESS)
    for name in _spared(names):
        if console.measure(_drawn(table, kept, console), options=boundless).maximum <= (
            console.width
        ):
            break
        kept.remove(name)
    return kept


def _spared(names: Sequence[str]) -> list[str]:
    """The columns that may be left out, the least important first."""
    least = [*reversed(LAST), "step"]
    differing = [name for name in reversed(names) if name not in (*FIRST, *LAST)]
    return [name for name in (*least, *differing, "score") if name in names]


def _drawn(table: pd.DataFrame, names: Sequence[str], console: Console) -> Table:
    drawn = Table()
    for name in names:
        drawn.add_column(_head(name, names), overflow="fold")
        if name == "id":  # on one line if possible, so that it can be copied
            width = min(int(table[name].map(len).max()), console.width // 2)
            drawn.columns[-1].min_width = drawn.columns[-1].max_width = width
    for row in table[list(names)].to_dict("records"):
        # Somebody else's run may have any characters in its name.
        drawn.add_row(*(one_line(_cell(str(name), value)) for name, value in row.items()))
    return drawn


def _head(name: str, names: Sequence[str]) -> str:
    """The shortest unambiguous end of a name, which `--columns` takes, too.

    >>> names = ["task.loss._target_", "task.optimizer.lr", "data.name", "budget.name"]
    >>> [_head(name, names) for name in names]
    ['loss', 'lr', 'data.name', 'budget.name']
    """
    parts = name.removesuffix("._target_").split(".")
    ends = [".".join(parts[-count:]) for count in range(1, len(parts) + 1)]
    plain = [each.removesuffix("._target_") for each in names]
    alone = [end for end in ends if sum(f".{each}".endswith(f".{end}") for each in plain) == 1]
    return alone[0] if alone else name


def _cell(name: str, value: Any) -> str:
    if pd.isna(value):
        return ""
    if name.endswith("_target_"):
        return class_name(value)
    if name == "age":
        return _age(float(value))
    if name == "size":
        return f"{value / 2**20:.1f} MiB"
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _age(seconds: float) -> str:
    for unit, length in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds >= length:
            return f"{seconds / length:.0f} {unit}"
    return f"{max(seconds, 0):.0f} s"
