"""A file of weights asks for no more than it holds, and says the truth of its scale."""

import json
import os

import pytest
import torch
from hydra.utils import instantiate
from safetensors.torch import save

from shoal.errors import UserError
from shoal.importing.foreign import kind_of
from shoal.models import weights
from shoal.models.facts import plain_name
from shoal.upscale import kept

MODEL = {"_target_": "shoal.models.ees.EES", "scale": 3, "upsampler": "deconvolution"}


@pytest.fixture
def write(tmp_path):
    """Writes the weights of EES x3 with other facts, tensors or a text for its metadata."""
    network = instantiate(MODEL)

    def _write(tensors=None, text=None, **facts):
        facts = {"model": MODEL, "scale": 3, **facts}
        path = tmp_path / "w.safetensors"
        held = tensors or network.state_dict()
        path.write_bytes(save(held, metadata={"shoal": text or json.dumps(facts)}))
        return path

    return _write


@pytest.mark.parametrize(
    "scale", [None, "abc", 0, -3, 1, 17, 10**9, 2.5, 3.0, True, [3], float("inf")]
)
def test_a_scale_that_is_none_is_refused_with_its_value(write, scale):
    with pytest.raises(UserError, match=r"states a scale of .* no integer from 2"):
        weights.load(write(scale=scale))


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"scale": 2}, "is damaged: its scale is 2, its network's 3"),
        ({"model": MODEL | {"scale": 10**6}}, "its scale is 3, its network's 1000000"),
        (
            {"model": MODEL | {"channels": 10**7}},
            "its network's channels=10000000 exceeds what the file",
        ),
        (
            {"model": MODEL | {"_target_": "shoal.models.eed.EED", "units": 900, "kernels": [3]}},
            "it would be far larger than what the file holds",
        ),
        ({"code": "x"}, "its 'code' doesn't list modules"),
        (
            {"text": '{"model":' + "[" * 200_000 + "]" * 200_000 + "}"},
            "doesn't describe its network",
        ),
    ],
)
def test_a_network_beyond_its_file_is_refused_before_it_is_built(write, facts, words):
    with pytest.raises(UserError, match=words) as refused:
        weights.load(write(**facts))
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("value", [torch.nan, torch.inf])
def test_weights_that_are_no_numbers_are_refused_by_their_name(write, value):
    tensors = instantiate(MODEL).state_dict()
    name = next(iter(tensors))
    tensors[name] = tensors[name] * 0 + value
    with pytest.raises(UserError, match=f"holds NaN or infinity in {name}"):
        weights.load(write(tensors))


def test_a_network_of_anybodys_is_tried_at_the_scale_that_its_file_says(tmp_path):
    path = tmp_path / "w.safetensors"
    facts = {"model": {"_target_": "torch.nn.Identity"}, "scale": 2}
    path.write_bytes(save({}, metadata={"shoal": json.dumps(facts)}))
    with pytest.raises(UserError, match=r"its scale is 2, but its network makes \(1, 1, 8, 8\)"):
        weights.load(path, trust=True)


def test_a_pipe_is_no_file_of_weights(tmp_path):
    path = tmp_path / "pipe"
    os.mkfifo(path)
    for read in (weights.load, kept.place, kind_of):
        with pytest.raises(UserError, match="not a regular file"):
            read(path)


@pytest.mark.parametrize("name", ["/abs", "../../x", "a/b", "a..b", "", ".x", [1], None, "a\nb"])
def test_a_name_that_could_lead_out_of_a_folder_names_no_file(name):
    assert plain_name({"run": name}, "run", "w") == "w"
