"""Findings on a terminal."""

import pytest
from rich.console import Console

from shoal import results
from shoal.report.findings import findings
from shoal.report.terminal import print_table


def test_the_table_on_the_screen_has_scores_notes_and_verdicts(study: results.Study) -> None:
    console = Console(width=200, record=True, file=None, quiet=False, force_terminal=False)
    with console.capture() as captured:
        print_table(findings(study), console)
    text = captured.get()
    for part in ("eeds", "Sample PSNR (dB)", "note: dcnn x3 s1 diverged at step 900", "C4"):
        assert part in text


def test_a_narrow_terminal_gets_fewer_columns_instead_of_cut_ones(study: results.Study) -> None:
    console = Console(width=100, force_terminal=False)
    with console.capture() as captured:
        print_table(findings(study), console)
    text = captured.get()
    assert "Sample PSNR" in text
    table, _, said = text.partition("no room for ")
    assert "SSIM" not in table
    assert "Sample SSIM" in said.partition(": the report shows all")[0]


def test_a_very_narrow_terminal_keeps_arms_whole(study: results.Study) -> None:
    console = Console(width=44, force_terminal=False)
    with console.capture() as captured:
        print_table(findings(study), console)
    text = captured.get()
    assert all(f"│ {arm} " in text for arm in study.arms)
    assert "…" not in text.partition("note:")[0]


def test_a_log_has_every_column(
    study: results.Study, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    print_table(findings(study))
    said = capsys.readouterr().out
    assert "Sample SSIM" in said
    assert "no room for" not in said
