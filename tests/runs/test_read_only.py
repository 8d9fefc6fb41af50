"""Folders that can't be written: one line, and nothing lost."""

import os
import shutil
import tempfile
from pathlib import Path

import pytest
from PIL import Image
from typer.testing import CliRunner

from helpers.composing import configured
from shoal.cli import app
from shoal.errors import UserError
from shoal.system.console import exit_code
from shoal.system.files import write_whole
from shoal.training import run as training
from shoal.training.module import SuperResolution

NOBODY = 65534


@pytest.fixture
def place():
    """A folder of an ordinary user: root may write wherever it likes."""
    path = Path(tempfile.mkdtemp(prefix="shoal-"))
    as_root = os.geteuid() == 0
    if as_root:
        os.chown(path, NOBODY, NOBODY)
        os.seteuid(NOBODY)
    yield path
    if as_root:
        os.seteuid(0)
    shutil.rmtree(path, onerror=unprotected)


def unprotected(function, path, _):
    Path(path).parent.chmod(0o755)
    Path(path).chmod(0o755)
    function(path)


@pytest.fixture
def train(place):
    (place / "photos").mkdir()
    for number in range(3):
        Image.effect_noise((60, 48), 60 + number).save(place / "photos" / f"{number}.png")
    pictures = ("data=folder", f"data.train={place / 'photos'}")

    def _train(*overrides, runs="runs"):
        paths = (f"paths.runs={place / runs}", f"paths.cache={place / 'cache'}", *pictures)
        cfg = configured("budget=smoke", "model=ees", "logger=none", *paths, *overrides)
        return training.train(cfg, "python train.py")

    return _train


def protect(folder, mode=0o555):
    for path in [folder, *(p for p in folder.rglob("*") if p.is_dir())]:
        path.chmod(mode)


def files(folder):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_folder_of_runs_that_cannot_be_written_is_one_line(train, place):
    (place / "runs").mkdir(mode=0o555)
    with pytest.raises(UserError, match=r"can't be made: .*Permission denied.*paths\.runs=DIR"):
        train()


def test_a_cache_that_cannot_be_written_is_one_line_and_one_that_is_there_is_used(train, place):
    (place / "cache").mkdir(mode=0o555)
    with pytest.raises(UserError, match=r"cache can't be written: .*paths\.cache=DIR"):
        train()
    (place / "cache").chmod(0o755)
    train()
    protect(place / "cache")
    assert train("seed=1").finished


def test_a_run_whose_folder_becomes_read_only_is_one_line_and_goes_on_later(
    train, place, monkeypatch
):
    scored = SuperResolution.validation_step

    def protected_in_the_second(self, batch, batch_idx):
        if self.global_step == 20:
            protect(place / "runs")
        return scored(self, batch, batch_idx)

    with monkeypatch.context() as patch:
        patch.setattr(SuperResolution, "validation_step", protected_in_the_second)
        with pytest.raises(UserError, match=r"Permission denied\).*the same command goes on"):
            train()
    (path,) = (place / "runs").iterdir()
    (path / "lock").chmod(0o444)
    before = files(path)
    with pytest.raises(UserError, match=r"can't be written: .*Permission denied"):
        train()
    assert files(path) == before
    (path / "lock").chmod(0o644)
    protect(place / "runs", 0o755)
    resumed, whole = train(), train(runs="whole")
    assert resumed.record()["resumed"] == 1
    assert resumed.weights.read_bytes() == whole.weights.read_bytes()


def test_a_finished_run_in_a_read_only_folder_is_reused_and_more_scores_are_refused(train, place):
    folder = train()
    protect(place / "runs")
    for path in folder.path.iterdir():
        if path.is_file():
            path.chmod(0o444)
    before = files(folder.path)
    assert train().id == folder.id
    with pytest.raises(UserError, match=r"can't be written: .*Permission denied"):
        train("protocol=rgb")
    assert files(folder.path) == before


def test_an_output_folder_that_cannot_be_written_is_one_line(place):
    Image.new("L", (12, 12)).save(place / "p.png")
    (place / "out").mkdir(mode=0o555)
    command = ["degrade", str(place / "p.png"), "-o", str(place / "out")]
    result = CliRunner().invoke(app, command)
    assert isinstance(result.exception, UserError)
    assert "p.png can't be written: Permission denied" in str(result.exception)
    assert list((place / "out").iterdir()) == []


def test_a_plan_that_cannot_be_written_is_one_line(place, capsys):
    (place / ".experiments").mkdir(mode=0o555)
    assert exit_code(lambda: write_whole(place / ".experiments" / "plan.json", "{}")) == 2
    assert "Permission denied" in capsys.readouterr().err
