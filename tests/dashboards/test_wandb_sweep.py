"""`wandb sweep` and `wandb agent`, both real, drive train.py by the example of docs/."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from helpers.composing import ROOT, configured
from helpers.grids import ENOUGH
from helpers.offline_wandb import KEY
from helpers.wandb_server import wandb_server

EXAMPLE = yaml.safe_load((ROOT / "docs" / "wandb-sweep.yaml").read_text())


def first(parameter):
    """The first value that a sweep may choose."""
    return parameter.get("value", parameter.get("min", parameter.get("values", [None])[0]))


def wandb(words, server, folder):
    environment = os.environ | {"WANDB_API_KEY": KEY, "WANDB_BASE_URL": server.url}
    environment["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        [Path(sys.executable).with_name("wandb"), *words],
        env=environment,
        cwd=folder,
        text=True,
        capture_output=True,
        timeout=ENOUGH,
    )


def test_every_parameter_of_the_example_is_a_key_of_the_config():
    values = {key: first(parameter) for key, parameter in EXAMPLE["parameters"].items()}
    config = configured(*(f"{key}={value}" for key, value in values.items()))
    assert config.task.optimizer["lr"] == 1e-4


@pytest.mark.slow
def test_an_agent_trains_what_the_server_asks_for_and_shows_what_is_finished(
    tmp_path, cache, small_pictures
):
    file = tmp_path / "sweep.yaml"
    file.write_text(yaml.dump(EXAMPLE | {"program": str(ROOT / "train.py")}))
    small = dict(text.split("=") for text in small_pictures) | {"budget": "smoke"}
    small |= {"paths.cache": str(cache), "paths.runs": str(tmp_path / "runs")}
    values = {key: first(parameter) for key, parameter in EXAMPLE["parameters"].items()} | small
    with wandb_server() as server:
        done = wandb(["sweep", "--project", "shoal", "--entity", "me", str(file)], server, tmp_path)
        assert done.returncode == 0, done.stderr
        assert server.sweep["metric"] == {"name": "val/psnr", "goal": "maximize"}
        server.asked = [values | {"seed": 0}] * 2
        done = wandb(["agent", "me/shoal/s1"], server, tmp_path)
        assert done.returncode == 0, done.stderr
        (folder,) = (tmp_path / "runs").glob("ees-x3-s0-*")
        assert (folder / "record.json").is_file(), done.stderr
        # As the run that the server has named, with the metric it sweeps by.
        assert server.exit_codes == {"run0": [0], "run1": [0]}
        trained, reused = (
            {row["step"]: row["val/psnr"] for row in server.history[name] if "val/psnr" in row}
            for name in ("run1", "run0")
        )
        assert list(trained) == [0, 10, 20]
        assert trained == reused
        assert json.loads((folder / "status.json").read_text())["state"] == "finished"
