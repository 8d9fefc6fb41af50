"""What docs/own_parts.md shows is what Shoal takes."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import torch
import yaml

from helpers.composing import ROOT, configured
from shoal.models.build import build
from shoal.models.channels import declared
from shoal.runs.groups import Data, metric_columns
from shoal.system.fields import nodes, read
from shoal.training.run import train

TEXT = (ROOT / "docs" / "own_parts.md").read_text()


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", TEXT, flags=re.DOTALL)


def test_the_upsampler_works_as_printed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "own_parts_up.py").write_text(blocks("py")[0])
    monkeypatch.syspath_prepend(tmp_path)
    for part in ("own_parts_up.Up", "{_target_: own_parts_up.Up, kernel: 5}"):
        config = configured("model=ees", f"model.upsampler={part}")
        assert build(config.name, config.model)(torch.rand(1, 1, 5, 7)).shape == (1, 1, 15, 21)


def test_the_files_are_read_as_printed() -> None:
    network, data, metrics, callbacks = map(yaml.safe_load, blocks("yaml")[3:])
    assert declared(network) == 3
    assert read(Data, data, "data.").test == ["Set5", {"faces": "/data/2026-faces"}]
    assert list(metric_columns("metrics", metrics)) == ["lpips"]
    assert list(nodes("callbacks", callbacks)) == ["norms"]


@pytest.mark.parametrize("schedule", ["cosine", "poly"])
def test_the_optimiser_and_the_schedules_train_as_printed(
    tmp_path: Path, cache: Path, small_pictures: tuple[str, str], schedule: str
) -> None:
    (tmp_path / "mine.py").write_text(blocks("py")[1])
    names = ("optimizer/adamw", "schedule/cosine", "schedule/poly")
    for name, text in zip(names, blocks("yaml")[:3], strict=True):
        path = tmp_path / "conf" / "task" / f"{name}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (line,) = re.findall(r"^    PYTHONPATH=mine shoal (train .*poly)$", TEXT, flags=re.MULTILINE)
    words = line.replace("mine/conf", "conf").replace("=poly", f"={schedule}").split()
    length = ("model=espcn", "budget=smoke", "budget.max_steps=2", "budget.val_every=1")
    places = ("paths.runs=runs", f"paths.cache={cache}", "trainer=cpu", "logger=none")
    subprocess.run(
        [sys.executable, "-m", "shoal", *words, *length, *places, *small_pictures],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(tmp_path)},
        check=True,
    )
    (path,) = tmp_path.glob("runs/*/config.yaml")
    task = yaml.safe_load(path.read_text())["task"]
    assert task["optimizer"]["_target_"] == "torch.optim.AdamW"
    assert task["schedule"].get("T_max", 2) == 2


def test_the_command_of_three_channels_runs_as_printed(
    tmp_path: Path, cache: Path, small_pictures: tuple[str, str]
) -> None:
    (line,) = re.findall(r"^    shoal train (.*channels.*)$", TEXT, flags=re.MULTILINE)
    places = (f"paths.runs={tmp_path / 'runs'}", f"paths.cache={cache}", "logger=none")
    length = ("budget=smoke", "budget.max_steps=1", "budget.val_every=1", "trainer=cpu")
    folder = train(configured(*line.split(), *small_pictures, *places, *length), "")
    assert folder.record()["channels"] == 3


def test_every_option_that_it_names_is_there() -> None:
    named = re.findall(r"`(metrics|callbacks|debug)=(\w+)`", TEXT)
    assert len(named) >= 2
    for group, option in named:
        if (group, option) != ("metrics", "lpips"):  # shown as a file of one's own
            assert (ROOT / "conf" / group / f"{option}.yaml").is_file(), option
    table = re.findall(r"^\| `(\w+)` \|", TEXT, flags=re.MULTILINE)
    assert sorted(table) == sorted(path.stem for path in (ROOT / "conf" / "debug").glob("*.yaml"))
