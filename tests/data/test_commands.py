"""`shoal data fetch`, `list` and `show`."""

import os
import sys
from pathlib import Path

import pytest

from helpers.mirror import Server
from shoal import cli
from shoal.data.catalog import picture_set
from shoal.data.sources import Source
from shoal.system.files import sha256


def shoal(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    """The exit code of the console command."""
    monkeypatch.setattr(sys, "argv", ["shoal", *arguments])
    with pytest.raises(SystemExit) as caught:
        cli.main()
    return int(caught.value.code or 0)


@pytest.mark.data
def test_the_command_fetches_set5_and_states_its_terms(
    server: Server,
    shoal_data: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
):
    for file in picture_set("Set5").files:
        assert isinstance(file.source, Source)
        path = f"{file.source.repository}/{file.source.commit}/{file.source.path}"
        server.bodies[path] = file.under(shoal_data).read_bytes()
    options = ["--root", str(tmp_path), "--mirror", server.mirror("good")]
    assert shoal(monkeypatch, "data", "fetch", "SET5", "sample", *options) == 0
    for file in picture_set("Set5").files:
        assert sha256(file.under(tmp_path)) == file.sha256
    printed = capsys.readouterr().out
    assert f"{tmp_path}: 5 fetched, 0 already there, 0 failed" in printed
    assert "Set5: no licence known; research use" in printed
    assert "Sample: inside scikit-image, nothing to fetch" in printed


def test_a_failed_fetch_is_one_line_and_exit_code_2(
    server: Server,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
):
    options = ["--root", str(tmp_path), "--mirror", server.mirror("absent")]
    assert shoal(monkeypatch, "data", "fetch", "set5", *options) == 2
    error = capsys.readouterr().err
    assert error.startswith("shoal: not fetched: Set5/baby.bmp (127.0.0.1:")
    assert error.count(os.linesep) == 1


def test_list_and_show_tell_what_is_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    (tmp_path / "Set5").mkdir()
    (tmp_path / "Set5/baby.bmp").touch()
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("SHOAL_DATA", str(tmp_path))
    assert shoal(monkeypatch, "data", "list") == 0
    rows = {line.split()[1]: line for line in capsys.readouterr().out.splitlines() if "│" in line}
    assert "1 of 5" in rows["Set5"]
    assert " no " in rows["T91"]
    assert " yes " in rows["Sample"]
    assert shoal(monkeypatch, "data", "show", "set5") == 0
    shown = capsys.readouterr().out
    assert "Bevilacqua" in shown
    assert "github.com/yulunzhang/RCAN at f722e5d0" in shown
    assert shoal(monkeypatch, "data", "show", "div2k") == 0
    assert "/DIV2K_train_HR.zip, 3,531 MB, SHA-256 9d0b9c46" in capsys.readouterr().out
    assert shoal(monkeypatch, "data", "show", "set55") == 2
    assert "did you mean Set5?" in capsys.readouterr().err
