"""Data is printed as it stands."""

import io
import re

import pytest
from rich.table import Table

from helpers.composing import ROOT
from shoal.system.screen import screen


def test_names_in_brackets_and_colons_are_printed_whole() -> None:
    table = Table("set [b]", title="Bilder [alt]")
    table.add_row("Bilder [alt] :smile: [/x]")
    screen(file=(out := io.StringIO()), width=80).print(table)
    for words in ("set [b]", "Bilder [alt] :smile: [/x]"):
        assert words in out.getvalue()


def test_a_line_in_a_log_is_as_long_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    screen(file=(out := io.StringIO())).print("word " * 100)
    assert out.getvalue().count("\n") == 1
    monkeypatch.setenv("COLUMNS", "80")
    screen(file=(out := io.StringIO())).print("word " * 100)
    assert out.getvalue().count("\n") > 1


def test_no_table_is_printed_otherwise() -> None:
    """A console of its own would read markup in data, unless it says that it doesn't."""
    for path in (ROOT / "src" / "shoal").rglob("*.py"):
        if path.stem not in ("screen", "progress"):
            assert not re.search(r"\bConsole\(", path.read_text()), path
