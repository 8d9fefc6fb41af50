"""A network of the user's own: one file and one YAML outside the package."""

import os
import re
import subprocess
import sys

import pytest
from safetensors import safe_open

from helpers.composing import ROOT
from shoal.runs.folder import RunFolder

MINE = """
from torch import nn

class Mine(nn.Sequential):
    def __init__(self, scale):
        super().__init__(nn.Conv2d(1, scale**2, 3, padding=1), nn.PixelShuffle(scale))
"""


def test_a_network_of_ones_own_needs_one_file_and_one_yaml_outside_the_package(tmp_path, cache):
    (tmp_path / "mine.py").write_text(MINE)
    (tmp_path / "conf" / "model").mkdir(parents=True)
    yaml = "_target_: mine.Mine\nscale: ${scale}\n"
    (tmp_path / "conf" / "model" / "mine.yaml").write_text(yaml)
    command = [sys.executable, str(ROOT / "train.py"), "--config-dir", "conf", "model=mine"]
    command += ["budget=smoke", "logger=none", f"paths.cache={cache}"]
    environment = os.environ | {"PYTHONPATH": str(tmp_path)}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert sorted(path.name for path in tmp_path.iterdir() if path.name != "__pycache__") == [
        *("conf", "mine.py", "runs"),
    ]
    (folder,) = (path for path in (tmp_path / "runs").iterdir() if path.name.startswith("mine-x3"))
    with safe_open(folder / "weights.safetensors", "pt") as file:
        assert "mine.Mine" in file.metadata()["shoal"]


NEAREST = """
from torch import nn

class Nearest(nn.Upsample):
    def __init__(self, scale):
        super().__init__(scale_factor=scale)
"""


@pytest.mark.slow
def test_a_network_of_ones_own_that_learns_nothing_is_scored_verified_and_scored_again(
    tmp_path, cache, small_pictures
):
    (tmp_path / "nearest.py").write_text(NEAREST)
    (tmp_path / "conf" / "model").mkdir(parents=True)
    yaml = "_target_: nearest.Nearest\nscale: ${scale}\n"
    (tmp_path / "conf" / "model" / "nearest.yaml").write_text(yaml)
    environment = os.environ | {"PYTHONPATH": str(tmp_path)}

    def done(*command):
        ended = subprocess.run(
            [sys.executable, *command],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
        )
        assert ended.returncode == 0, ended.stderr
        return ended.stdout

    train = [str(ROOT / "train.py"), "--config-dir", "conf", "model=nearest", "budget=smoke"]
    train += ["logger=none", f"paths.cache={cache}", *small_pictures]
    done(*train, "seed=0")
    assert "is finished: reused" in done(*train, "seed=1", "protocol=rgb")
    (folder,) = map(RunFolder, (tmp_path / "runs").glob("nearest-x3-*"))
    assert re.fullmatch(r"nearest-x3-[0-9a-f]{8}", folder.id)
    record = folder.record()
    assert (record["kind"], record["seed"], record["budget"]) == ("untrained", None, None)
    assert set(record["scores"]["photos-val"]) == {"classic", "rgb"}
    verify = ["runs", "verify", "--runs", "runs", "--trust"]
    assert (
        done("-c", "from shoal.cli import main; main()", *verify) == f"{folder.id}  as recorded\n"
    )
