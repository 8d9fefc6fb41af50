"""Runs beside each other."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from rich.console import Console

from helpers.made_up import EXACT, MadeUp
from shoal.errors import UserError
from shoal.report.compare import chosen, differences, scores
from shoal.report.compared import print_comparison
from shoal.report.plot import plot


@pytest.fixture
def made(tmp_path: Path) -> MadeUp:
    made = MadeUp(sets={"Set5": 5}, **EXACT)
    made.write(tmp_path)
    return made


def test_runs_are_named_by_how_their_ids_begin(tmp_path: Path, made: MadeUp) -> None:
    found = chosen(tmp_path, ["eeds-x3-s0", made.run_id("ees", 3, 1)])
    assert [folder.name[:9] for folder in found] == ["eeds-x3-s", "ees-x3-s1"]
    digest = made.run_id("eed", 3, 1).rpartition("-")[2]
    assert chosen(tmp_path, [digest[:5], "ees-x3-s1"])[0].name == made.run_id("eed", 3, 1)
    for names, said in {
        ("eed-x3", "ees-x3-s1"): "eed-x3 may be any of eed-x3-s0-.*: add digits",
        ("nothing", "ees-x3-s1"): "nothing is no run in",
        ("ees-x3-s1",): "name two runs or more",
    }.items():
        with pytest.raises(UserError, match=said):
            chosen(tmp_path, names)


def test_differences_and_gains_are_those_of_the_runs(tmp_path: Path, made: MadeUp) -> None:
    folders = chosen(tmp_path, ["ees-x3-s0", "eeds-x3-s1"])
    differ = differences(folders)
    assert differ.loc["seed"].to_list() == ["0", "1"]
    assert "scale" not in differ.index
    (row,) = scores(folders).to_dict("records")
    # Levels are 31 and 32 dB; without noise every picture gains the same.
    assert row[folders[1].name].endswith(" (+1.00 [+1.00, +1.00])")


def test_code_that_differs_is_told_with_its_module(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    MadeUp(seeds=(0,), **EXACT).write(tmp_path)
    first = chosen(tmp_path, ["ees-x3-s0", "eed-x3-s0"])[0]
    other = first.with_name("ees-x3-s0-ffffffff")
    shutil.copytree(first, other)
    for folder, code in {first: "a" * 64, other: "b" * 64}.items():
        record = json.loads((folder / "record.json").read_text())
        record |= {"id": folder.name, "code": {"rep": code, "edge": "c" * 64}}
        (folder / "record.json").write_text(json.dumps(record))
    differ = differences([first, other])
    assert differ.loc["code of rep"].to_list() == ["aaaaaaaa", "bbbbbbbb"]
    assert list(differ.index) == ["code of rep"]
    print_comparison([first, first], None, Console(width=140))
    assert "configs and code are the same" in capsys.readouterr().out


def test_a_comparison_ends_in_a_picture_where_one_is_asked_for(
    tmp_path: Path,
    made: MadeUp,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    print_comparison(chosen(tmp_path, ["ees-x3-s0", "eeds-x3-s1"]), None, Console(width=140))
    assert "--png FILE draws them" in capsys.readouterr().out
    assert not any((tmp_path / "here").iterdir())
    png = tmp_path / "out" / "compare.png"
    print_comparison(chosen(tmp_path, ["ees-x3-s0", "eeds-x3-s1"]), png, Console(width=140))
    said = capsys.readouterr().out
    assert made.run_id("ees", 3, 0) in said
    assert f"b: {made.run_id('eeds', 3, 1)}" in said
    with Image.open(png) as picture:
        assert picture.width > 300


def test_what_collapsed_is_named_with_its_reason(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    levels = {"bicubic": 30.0, "ees": 29.0, "eeds": 32.0}
    made = MadeUp(arms={name: name for name in levels}, levels=levels, **EXACT)
    made.diverged = {made.run_id("eeds", 3, 1): 300}
    made.write(tmp_path)
    folders = chosen(tmp_path, ["bicubic", "ees-x3-s0", "eeds-x3-s0", "eeds-x3-s1"])
    print_comparison(folders, tmp_path / "compare.png", Console(width=140))
    said = [line for line in capsys.readouterr().out.splitlines() if " collapsed: " in line]
    assert said[0].startswith(f"{made.run_id('ees', 3, 0)} collapsed: 1.0")
    assert said[1] == f"{made.run_id('eeds', 3, 1)} collapsed: diverged at step 300"
    assert len(said) == 2


def test_curves_without_a_letter_of_their_own_are_counted() -> None:
    lines = {f"run {i}": np.array([[0.0, 30.0], [100.0, 31.0 + i]]) for i in range(53)}
    assert "A: run 26" in plot(lines, width=49, height=11)
    assert plot(lines, width=49, height=11)[-1].startswith("not drawn: 1 ")


def test_a_plot_has_each_curve_where_it_is() -> None:
    rising = np.array([[0.0, 20.0], [50.0, 30.0], [100.0, 40.0]])
    flat = np.array([[0.0, 30.0], [100.0, 30.0]])
    text = plot({"rising": rising, "flat": flat}, width=49, height=11)
    rows = [line.partition("│")[2] for line in text[:11]]
    assert text[0].startswith("  40.00 │")
    assert rows[0][-1] == "a"  # the highest point, at the end
    assert set(rows[10]) == {"b", "*"} or set(rows[10]) == {"b", "a", "*"}  # 30 is the lowest
    assert text[-2:] == ["a: rising", "b: flat"]
