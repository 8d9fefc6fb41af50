"""What runs networks, and its answers."""

from dataclasses import replace

import numpy as np
import pytest
from hydra.utils import instantiate
from omegaconf import OmegaConf

import shoal
from helpers.composing import composed
from helpers.enlarging import shades
from helpers.networks import SMALL, stored
from shoal.errors import UserError
from shoal.upscale import graph, kept, ready, runtimes


@pytest.mark.parametrize("model", ["ees", "srcnn"])
def test_runtimes_agree(model, tmp_path, monkeypatch):
    monkeypatch.setenv("SHOAL_CACHE", str(tmp_path))
    cfg = composed(f"model={model}", "scale=2")
    path = stored(tmp_path / "w.safetensors", OmegaConf.to_container(cfg.model), 2)
    pictures = [shades(*size) for size in ((13, 17), (1, 1), (30, 2))]
    expected = [shoal.load(path, runtime="torch")(picture) for picture in pictures]
    for runtime in runtimes.EXPORTED:
        upscaler = shoal.load(path, runtime=runtime)
        assert upscaler.runtime == runtime
        for picture, sr in zip(pictures, expected, strict=True):
            assert np.abs(upscaler(picture) - sr).max() < 1e-4
    assert len(list(tmp_path.glob("graphs/*"))) == 1
    monkeypatch.setattr(runtimes, "visible", tuple)  # without a GPU, which would come first
    assert shoal.load(path).runtime == "openvino"


def test_a_kept_graph_of_other_code_is_noticed_and_made_anew(small, tmp_path, monkeypatch):
    monkeypatch.setenv("SHOAL_CACHE", str(tmp_path))
    shoal.load(small, runtime="onnxruntime")
    (place,) = tmp_path.glob("graphs/*")
    good = kept.read(place)
    other = graph.graph(instantiate(SMALL).eval(), {})
    kept.keep(place, replace(good, onnx=other))
    picture = shades(8, 8)
    sr = shoal.load(small, runtime="onnxruntime")(picture)
    assert np.abs(sr - shoal.load(small, runtime="torch")(picture)).max() < 1e-4
    assert kept.read(place).onnx != other


def test_a_change_to_any_module_of_a_network_makes_its_graph_anew(tmp_path, monkeypatch):
    (tmp_path / "models" / "classical").mkdir(parents=True)
    (tmp_path / "w").touch()
    monkeypatch.setattr(shoal, "__file__", str(tmp_path / "__init__.py"))
    places = []
    for content in ("1", "2"):
        (tmp_path / "models" / "classical" / "own.py").write_text(content)
        kept._code.cache_clear()
        places.append(kept.place(tmp_path / "w"))
    kept._code.cache_clear()
    assert places[0] != places[1]


def test_a_kept_graph_that_is_damaged_is_none(tmp_path):
    answers = tuple(np.zeros((1, 1, 2, 2), np.float32) for _ in kept.PROBES)
    whole = kept.Graph(b"graph", {"scale": 2}, None, 4, 1, True, answers)
    place = tmp_path / "g.safetensors"
    kept.keep(place, whole)
    read, content = kept.read(place), place.read_bytes()
    assert (read.onnx, read.facts, read.reach) == (b"graph", {"scale": 2}, None)
    for damaged in (content[:-1], content.replace(b"graph", b"grape"), b""):
        place.write_bytes(damaged)
        assert kept.read(place) is None


def test_a_kept_graph_of_anothers_network_is_trusted_no_more_than_its_file(tmp_path, monkeypatch):
    monkeypatch.setenv("SHOAL_CACHE", str(tmp_path))
    config = {"_target_": "helpers.networks.network", "name": "espcn", "scale": 2}
    path = stored(tmp_path / "w.safetensors", config, 2)
    assert shoal.load(path, runtime="onnxruntime", trust=True).scale == 2
    with pytest.raises(UserError, match=r"wants to build helpers\.networks\.network"):
        shoal.load(path, runtime="onnxruntime")


def test_a_runtime_that_is_not_installed_is_named_with_its_extra(small, monkeypatch):
    monkeypatch.setattr(ready, "find_spec", lambda package: None)
    with pytest.raises(
        UserError, match=r"openvino is not installed: pip install 'shoal-sr\[openvin"
    ):
        shoal.load(small, runtime="openvino")
    with pytest.raises(UserError, match=r"onnxruntime is not installed: .*'shoal-sr\[onnx\]'"):
        shoal.load(small, runtime="onnxruntime")
    monkeypatch.setattr(runtimes, "visible", tuple)  # without a GPU, which would come first
    assert shoal.load(small).runtime == "torch"
    with pytest.raises(UserError, match="runtime=mps is unknown: choose one of auto, cuda"):
        shoal.load(small, runtime="mps")
