"""What runs networks, and its answers."""

import numpy as np
import pytest
from hydra.utils import instantiate
from omegaconf import OmegaConf

import shoal
from helpers.composing import composed
from helpers.enlarging import NOISE
from helpers.networks import SMALL, stored
from shoal.errors import UserError
from shoal.upscale import graph, runtimes


@pytest.mark.parametrize("model", ["ees", "srcnn"])
def test_runtimes_agree(model, tmp_path, monkeypatch):
    monkeypatch.setenv("SHOAL_CACHE", str(tmp_path))
    cfg = composed(f"model={model}", "scale=2")
    path = stored(tmp_path / "w.safetensors", OmegaConf.to_container(cfg.model), 2)
    pictures = [NOISE.random(size) for size in ((13, 17), (1, 1), (30, 2))]
    expected = [shoal.load(path, runtime="torch")(picture) for picture in pictures]
    for runtime in runtimes.EXPORTED:
        upscaler = shoal.load(path, runtime=runtime)
        assert upscaler.runtime == runtime
        for picture, sr in zip(pictures, expected, strict=True):
            assert np.abs(upscaler(picture) - sr).max() < 1e-4
    assert len(list(tmp_path.glob("graphs/*.onnx"))) == 1
    assert shoal.load(path).runtime == "openvino"


def test_a_kept_graph_of_other_code_is_noticed_and_made_anew(small, tmp_path, monkeypatch):
    monkeypatch.setenv("SHOAL_CACHE", str(tmp_path))
    shoal.load(small, runtime="onnxruntime")
    (kept,) = tmp_path.glob("graphs/*.onnx")
    good = kept.read_bytes()
    other = instantiate(SMALL)
    kept.write_bytes(graph.graph(other.eval(), {}))
    picture = NOISE.random((8, 8))
    sr = shoal.load(small, runtime="onnxruntime")(picture)
    assert np.abs(sr - shoal.load(small, runtime="torch")(picture)).max() < 1e-4
    assert len(kept.read_bytes()) == len(good)


def test_a_runtime_that_is_not_installed_is_named_with_its_extra(small, monkeypatch):
    monkeypatch.setattr(graph, "find_spec", lambda package: None)
    with pytest.raises(UserError, match=r"openvino is not installed: pip install 'shoal\[openvin"):
        shoal.load(small, runtime="openvino")
    with pytest.raises(UserError, match=r"onnxruntime is not installed: .*'shoal\[onnx\]'"):
        shoal.load(small, runtime="onnxruntime")
    assert shoal.load(small).runtime == "torch"
    with pytest.raises(UserError, match="runtime cuda is unknown: choose one of auto, torch"):
        shoal.load(small, runtime="cuda")
