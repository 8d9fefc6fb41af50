"""`shoal train` is `python train.py` from anywhere, and what the package says of itself."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import shoal
from helpers.composing import ROOT
from shoal.cli import main
from shoal.cli.train import complete
from shoal.grid.command import command
from shoal.system.console import typed


def said(words: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture) -> str:
    monkeypatch.setattr(sys, "argv", ["shoal", *words])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 0
    return capsys.readouterr().out


def test_the_version_is_the_package_s(monkeypatch, capsys):
    assert said(["--version"], monkeypatch, capsys) == f"shoal {shoal.__version__}\n"
    assert {"load", "__version__"} <= set(dir(shoal))


@pytest.mark.parametrize(
    "words", ["upscale", "score", "degrade", "export", "report", "pages", "data fetch", "runs list"]
)
def test_every_help_has_an_example(words, monkeypatch, capsys):
    text = said([*words.split(), "-h"], monkeypatch, capsys)
    assert f"Example: shoal {words}" in text


def test_both_entries_compose_the_same_config(tmp_path: Path) -> None:
    words = ["model=ees", "scale=2", "--cfg", "job"]
    entry = "from shoal.cli import main; main()"
    script = f"import sys; sys.argv[0] = '/bin/shoal'; {entry}"
    one, other = (
        subprocess.run(
            [sys.executable, *start, *words], cwd=tmp_path, capture_output=True, check=True
        ).stdout
        for start in (["-c", script, "train"], [str(ROOT / "train.py")])
    )
    assert one == other
    assert b"scale: 2" in one


def test_runs_of_a_grid_are_made_by_what_the_grid_was_started_with(monkeypatch):
    monkeypatch.setattr(sys, "argv", ["/bin/shoal", "--config-dir", "conf", "seed=1"])
    assert command(["seed=1"])[1:] == ["/bin/shoal", "train", "--config-dir=conf", "seed=1"]
    assert typed() == "shoal train --config-dir conf seed=1"
    monkeypatch.setattr(sys, "argv", ["train.py", "seed=1"])
    assert command(["seed=1"])[1:] == ["train.py", "seed=1"]
    assert typed() == "python train.py seed=1"


def test_words_of_a_training_are_completed():
    assert {"model=ees", "model=eeds"} <= set(complete("model=ee"))


def test_configs_and_what_capsules_hold_travel_in_the_wheel():
    wheel = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]
    inside = {name: f"shoal/{name}" for name in ("conf", "constraints.txt", "LICENSE")}
    assert wheel["targets"]["wheel"]["force-include"] == inside


def test_extras_are_named_as_the_distribution_is():
    name = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["name"]
    files = [*(ROOT / "src").rglob("*.py"), *ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    wanted = [w for file in files for w in re.findall(r"install '?(shoal[\w-]*)", file.read_text())]
    assert set(wanted) == {name}
