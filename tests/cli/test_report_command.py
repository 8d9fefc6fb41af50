"""`shoal report`, `shoal runs list` and `shoal runs explain`."""

import json
import re
import shlex
from pathlib import Path

import pytest

from helpers.composing import ROOT
from helpers.made_up import REAL, MadeUp
from shoal import cli
from shoal.cli.report import _home
from shoal.errors import UserError
from shoal.report.findings import findings
from shoal.results import grids, load, read_kept


def command(monkeypatch: pytest.MonkeyPatch, *words: object) -> int:
    monkeypatch.setattr("sys.argv", ["shoal", *map(str, words)])
    with pytest.raises(SystemExit) as left:
        cli.main()
    return int(left.value.code or 0)


def test_shoal_report_writes_the_folder_and_prints_the_table(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    MadeUp().write(tmp_path / "runs")
    monkeypatch.chdir(ROOT)
    words = ("report", "ablation", "--runs", tmp_path / "runs", "--out", tmp_path / "out")
    assert command(monkeypatch, *words) == 0
    assert (tmp_path / "out" / "ablation" / "sample-x3-quick" / "index.html").is_file()
    assert "indicated" in capsys.readouterr().out


def test_a_report_is_a_gate_for_scripts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    MadeUp(**REAL, baseline="eed", sets={"Set5": 5}).write(tmp_path / "runs")
    words = ("report", "ablation", "--runs", tmp_path / "runs", "--out", tmp_path / "out")
    met = ("--require", "C4=supported", "--require", "eeds on Set5=better")
    assert command(monkeypatch, *words, *met) == 0
    kept = ("report", tmp_path / "out" / REAL["folder"])
    assert command(monkeypatch, *kept, *met) == 0
    capsys.readouterr()
    assert command(monkeypatch, *words, "--require", "C4=equal", *met) == 1
    assert capsys.readouterr().err == "shoal: C4 is supported, not equal\n"
    for wrong, hint in (("C4=suported", "did you mean supported?"), ("C44=equal", "C4")):
        fresh = ("--out", tmp_path / "fresh", "--require", wrong)
        assert command(monkeypatch, *words, *fresh) == 2
        assert hint in capsys.readouterr().err
    assert not (tmp_path / "fresh").exists()  # a mistyped condition is said before all work


def test_a_folder_of_findings_is_drawn_anew_where_it_lies(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    MadeUp(**REAL, sets={"Set5": 5}).write(tmp_path / "runs")
    out = tmp_path / "out"
    assert (
        command(monkeypatch, "report", "ablation", "--runs", tmp_path / "runs", "--out", out) == 0
    )
    kept = out / REAL["folder"]
    (kept / "README.md").unlink()
    assert command(monkeypatch, "report", kept, "--out", out) == 0
    assert (kept / "README.md").is_file()
    capsys.readouterr()
    for words, said in (
        (("--out", tmp_path / "b"), f"copy it to {tmp_path}/b/"),
        (("--id", "abc"), "leave --id out"),
    ):
        assert command(monkeypatch, "report", kept, *words) == 2
        assert said in capsys.readouterr().err


def test_columns_of_no_latex_and_a_folder_at_the_root_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command(monkeypatch, "report", "ablation", "--columns", "psnr") == 2
    assert "add --latex" in capsys.readouterr().err
    with pytest.raises(UserError, match="/study lies in no folder of a question"):
        _home(Path("/study"), None, None)


def test_a_report_of_nothing_names_what_there_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    MadeUp().write(tmp_path)
    assert command(monkeypatch, "report", "ablaton", "--runs", tmp_path) == 2
    said = capsys.readouterr().err
    assert "no grid named 'ablaton' (did you mean ablation?): there are ablation" in said
    assert command(monkeypatch, "report", "nothing", "--runs", tmp_path) == 2
    assert "no grid named 'nothing': there are ablation" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("report", "ablation"), "shoal train experiment=ablation"),
        (("runs", "list"), "shoal train model=eeds"),
        (("runs", "explain", "eeds", "--set", "Set5", "--scale", "4"),
         "shoal train model=eeds scale=4"),
    ],
)  # fmt: skip
def test_nothing_to_read_is_one_line_and_exit_code_2(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    words: tuple[str, ...],
    said: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert command(monkeypatch, *words) == 2
    error = capsys.readouterr().err
    assert said in error
    assert error.count("\n") == 1


def test_shoal_runs_list_and_explain_print(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    made = MadeUp()
    made.write(tmp_path)
    assert command(monkeypatch, "runs", "list", "--runs", tmp_path) == 0
    assert made.run_id("eeds", 3, 0) in capsys.readouterr().out
    explain = ("runs", "explain", "eeds", "--set", "Sample", "--scale", 3, "--runs", tmp_path)
    assert command(monkeypatch, *explain) == 0
    assert "eeds on Sample x3" in capsys.readouterr().out


FINDINGS = sorted((ROOT / "experiments").rglob("study.json"))


@pytest.mark.parametrize("kept", FINDINGS, ids=lambda path: path.parent.name)
def test_the_command_that_findings_print_tells_their_number(
    kept: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    found = findings(read_kept(kept.parent))
    arm, scale = found.best
    cells = found.cells[found.cells["arm"] == arm]
    cells = cells[cells["scale"] == f"x{scale}"] if "scale" in cells else cells
    told = explained(found.commands["explain"], tmp_path, monkeypatch, capsys)
    assert told == cells.filter(like="PSNR (dB)").iloc[0, 0]


@pytest.mark.parametrize(
    ("page", "number"),
    [("docs/findings.md", "33.12 ± 0.04"), ("src/shoal/pretrained/README.md", "37.48")],
)
def test_the_command_that_a_page_prints_tells_its_number(
    page: str,
    number: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    text = (ROOT / page).read_text()
    (printed,) = re.findall(r"`(shoal runs explain [^`]+)`", text)
    assert number in text
    assert explained(printed, tmp_path, monkeypatch, capsys) == number


def explained(
    printed: str,
    empty: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> str:
    """The PSNR in the first line of a certificate, of committed findings alone."""
    _, *words = shlex.split(printed)
    places = ("--runs", empty, "--experiments", ROOT / "experiments")
    assert command(monkeypatch, *words, *places) == 0
    first, *rest = capsys.readouterr().out.splitlines()
    assert not rest[-1].endswith("those of one experiment")  # nothing else could be meant
    return first.partition(": ")[2].partition(" dB")[0]


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ("/nonexistent", "/nonexistent is no folder of findings"),
        ("../x", "../x is no folder of findings"),
        ("**", "holds no grid named '**'"),
        ("[", "holds no grid named '['"),
    ],
)
def test_what_is_typed_is_a_name_and_no_pattern(
    asked: str,
    words: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert command(monkeypatch, "report", asked, "--runs", tmp_path) == 2
    assert words in capsys.readouterr().err


@pytest.mark.parametrize("spoil", [{"folder": "../../x"}, {"folder": "/x"}, {"runs": "../../x"}])
def test_a_plan_chooses_no_folder_outside_those_of_findings_and_runs(
    spoil: dict[str, str], tmp_path: Path
) -> None:
    MadeUp().write(tmp_path)
    (path,) = grids(tmp_path)
    plan = json.loads(path.read_text())
    for run in plan["runs"] if "runs" in spoil else []:
        run["id"] = spoil["runs"]
    path.write_text(json.dumps(plan | ({"folder": spoil["folder"]} if "folder" in spoil else {})))
    with pytest.raises(UserError, match="names no folder of ours"):
        load(tmp_path, "ablation")
