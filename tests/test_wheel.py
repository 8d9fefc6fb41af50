"""What is installed works without a checkout: enlarges, trains, and answers a question."""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from PIL import Image

import shoal
from helpers.composing import ROOT

pytestmark = pytest.mark.slow
PAGE = (ROOT / "docs" / "experiments.md").read_text()
Shell = Callable[..., str]


@pytest.fixture(scope="module")
def away(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder far from the checkout, with the files of docs/experiments.md and a picture."""
    away = tmp_path_factory.mktemp("away")
    (away / "conf" / "model").mkdir(parents=True)
    (away / "conf" / "task" / "loss").mkdir(parents=True)
    (away / "conf" / "experiment").mkdir()
    python, yaml = (
        re.findall(rf"```{each}\n(.*?)```", PAGE, re.DOTALL) for each in ("python", "yaml")
    )
    names = ("conf/model/mine.yaml", "conf/task/loss/edge.yaml", "conf/experiment/study.yaml")
    for name, text in zip(("mine.py", "edge.py", *names), (*python[:2], *yaml[:3]), strict=True):
        (away / name).write_text(text)
    Image.effect_noise((60, 48), 50).convert("RGB").save(away / "photo.jpg")
    return away


@pytest.fixture(scope="module")
def shell(away: Path, tmp_path_factory: pytest.TempPathFactory) -> Shell:
    """Runs a command in a new environment that has the wheel, and all else from this one."""
    place = tmp_path_factory.mktemp("installed")
    pip = [sys.executable, "-m", "pip", "--quiet"]
    subprocess.run([*pip, "wheel", "--no-deps", "-w", place, ROOT], check=True)
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", place / "venv"], check=True)
    python = place / "venv" / "bin" / "python"
    (wheel,) = place.glob("*.whl")
    subprocess.run([*pip, "--python", python, "install", "--no-deps", wheel], check=True)
    site = next((place / "venv" / "lib").glob("python*")) / "site-packages"
    # A plain line adds the folder, whose own .pth files, the checkout's among them, stay unread.
    (site / "others.pth").write_text(f"{Path(torch.__file__).parents[1]}\n")

    def run(*words: str, **environment: str) -> str:
        kept = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        paths = {"PATH": f"{python.parent}{os.pathsep}{kept['PATH']}"}
        cache = {"SHOAL_CACHE": str(place / "cache"), "WANDB_MODE": "disabled"}
        done = subprocess.run(
            words,
            cwd=away,
            env=kept | paths | cache | environment,
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    return run


def test_the_wheel_says_its_version_and_lies_in_its_own_environment(shell: Shell) -> None:
    assert shell("shoal", "--version") == f"shoal {shoal.__version__}\n"
    where = Path(shell("python", "-c", "import shoal; print(shoal.__file__)").strip())
    assert "site-packages" in where.parts
    assert not where.is_relative_to(ROOT)


def test_the_wheel_enlarges_a_picture(shell: Shell, away: Path) -> None:
    shell("shoal", "upscale", "photo.jpg")
    with Image.open(away / "output" / "photo_x2.png") as picture:
        assert picture.size == (120, 96)


def test_the_wheel_trains(shell: Shell, away: Path) -> None:
    said = shell("shoal", "train", "budget=smoke", "model=ees", "logger=none")
    (record,) = away.glob("runs/ees-x3-s0-*/record.json")
    assert f"record: runs/{record.parent.name}" in said


def test_the_wheel_answers_a_question_of_ones_own_and_reports_it_anew(
    shell: Shell, away: Path
) -> None:
    words = ("--config-dir", "conf", "experiment=study", "budget=smoke", "jobs=2", "logger=none")
    shell("shoal", "train", *words, PYTHONPATH=".")
    finding = away / "reports" / "study" / "sample-x3-smoke"
    before = (finding / "README.md").read_text()
    assert "13 of 13 runs finished" in before
    (finding / "README.md").unlink()
    shell("shoal", "report", "study")
    assert (finding / "README.md").read_text() == before
    assert len(list(away.glob("runs/mine-x3-s*/record.json"))) == 6
    shell("shoal", "capsule", "reports/study/sample-x3-smoke", "-o", "study.zip", "--weights")
    assert "13 runs verified" in shell("shoal", "capsule", "verify", "study.zip")
