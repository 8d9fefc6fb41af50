"""Networks as ONNX files."""

import errno
import json
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from typer.testing import CliRunner

from helpers.networks import SMALL, stored
from shoal.cli import app
from shoal.errors import UserError
from shoal.models import weights
from shoal.models.flat import flat
from shoal.models.profile import reach
from shoal.pictures.resample import upscale
from shoal.pictures.traced import upscale_any_size
from shoal.upscale import export


def exported(*arguments):
    return CliRunner().invoke(app, ["export", *map(str, arguments)])


@pytest.fixture
def run(tmp_path):
    """A run's folder, of a network that begins with bicubic enlargement."""
    folder = tmp_path / "srcnn-x3-s0-01234567"
    folder.mkdir()
    stored(folder / "weights.safetensors", {"_target_": "shoal.models.cnn.SRCNN", "scale": 3}, 3)
    return folder


def test_a_run_becomes_a_graph_of_every_size_with_its_config_inside(run, tmp_path):
    target = tmp_path / "net.onnx"
    assert exported(run, "--format", "onnx", "-o", target).exit_code == 0
    network, facts = weights.load(run / "weights.safetensors")
    network = flat(network, reach(network))
    session = onnxruntime.InferenceSession(target)
    assert session.get_inputs()[0].shape == [1, 1, "height", "width"]
    for size in ((1, 1), (2, 9), (31, 20)):
        lr = np.random.default_rng(0).random((1, 1, *size), dtype=np.float32)
        (sr,) = session.run(["sr"], {"lr": lr})
        with torch.inference_mode():
            assert np.abs(sr - network(torch.from_numpy(lr)).numpy()).max() < 1e-5
    (entry,) = onnx.load(target).metadata_props
    assert entry.key == "shoal"
    assert json.loads(entry.value) == facts
    again = exported(run, "-o", target)
    assert "is there already: add --force" in str(again.exception)


def test_a_graph_that_answers_otherwise_is_not_written(run, tmp_path, monkeypatch):
    monkeypatch.setattr(export, "onnx_runtime", lambda content: lambda lr: upscale(lr, 3))
    with pytest.raises(UserError, match="answers otherwise than PyTorch at 32 x 23"):
        export.export(run, tmp_path / "net.onnx")
    assert not (tmp_path / "net.onnx").exists()


def test_a_network_that_onnx_can_not_hold_is_refused_in_one_line(tmp_path, monkeypatch):
    path = stored(tmp_path / "w.safetensors", SMALL, 2)

    def by_content(self, lr):
        return self.shallow(lr) if lr.mean() > 0.5 else self.deep(lr)

    monkeypatch.setattr("shoal.models.ensemble.Ensemble.forward", by_content)
    with pytest.raises(UserError, match=r"^this network can't be written as ONNX \([^\n]+\)$"):
        export.export(path, tmp_path / "net.onnx")


def test_where_there_are_no_weights_the_path_is_named(tmp_path):
    assert "weights.safetensors: no such file" in str(exported(tmp_path).exception)


@pytest.mark.parametrize("scale", [2, 3, 4, 5])
@pytest.mark.parametrize("size", [(1, 1), (2, 1), (3, 7), (20, 13)])
def test_enlarging_for_every_size_is_enlarging(scale, size):
    image = torch.rand(2, 3, *size, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    assert torch.allclose(upscale_any_size(image, scale), upscale(image, scale), atol=1e-12)


def test_weights_choose_no_folder_to_be_written_to(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = stored(tmp_path / "w.safetensors", SMALL, 2)
    network, facts = weights.load(path)
    for run in (str(tmp_path / "abs"), "../../x"):
        path.write_bytes(weights.encode(network, facts | {"run": run}))
        made = export.export(path, None, kind=export.HUB, force=True)
        assert made == Path("output/w")
    assert {each.name for each in tmp_path.iterdir()} == {"w.safetensors", "output"}


def test_a_hub_folder_is_written_whole_or_not_at_all(tmp_path, monkeypatch):
    path = stored(tmp_path / "w.safetensors", SMALL, 2)
    monkeypatch.setattr("shoal.system.files.os.fsync", full)
    with pytest.raises(UserError, match="hub can't be written: No space"):
        export.export(path, tmp_path / "new" / "hub", kind=export.HUB)
    assert [each.name for each in tmp_path.iterdir()] == ["w.safetensors"]


def full(*_):
    raise OSError(errno.ENOSPC, "No space left on device")
