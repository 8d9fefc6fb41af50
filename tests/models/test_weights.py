"""Files of weights: enough to rebuild a network, and nothing hostile gets in."""

import json
import re

import pytest
import torch
from hydra.utils import instantiate
from hypothesis import given, settings
from hypothesis import strategies as st
from omegaconf import OmegaConf
from safetensors.torch import save

from helpers.composing import composed
from shoal.errors import UserError
from shoal.models import weights
from shoal.models.profile import parameters
from shoal.system.code import own_code


def save_weights(folder):
    cfg = composed("model=ees", "scale=2")
    network = instantiate(cfg.model)
    facts = {"model": OmegaConf.to_container(cfg.model), "name": "ees", "scale": 2}
    path = folder / "weights.safetensors"
    path.write_bytes(weights.encode(network, facts))
    return path, network


@pytest.fixture
def saved(tmp_path):
    return save_weights(tmp_path)


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    return save_weights(tmp_path_factory.mktemp("whole"))[0]


def outcome(path):
    """The network, or why there is none."""
    try:
        return weights.load(path)[0]
    except UserError as error:
        return error


def hostile(tmp_path, model, tensors=None):
    path = tmp_path / "hostile.safetensors"
    metadata = {"shoal": json.dumps({"model": model, "scale": 2})}
    path.write_bytes(save(tensors or {"a": torch.zeros(1)}, metadata=metadata))
    return path


def test_one_file_is_enough_to_rebuild_the_network(saved):
    path, network = saved
    rebuilt, facts = weights.load(path)
    x = torch.rand(1, 1, 5, 4)
    assert torch.equal(rebuilt(x), network(x))
    assert facts["name"] == "ees"
    assert not rebuilt.training


def test_the_same_weights_are_the_same_bytes(saved):
    path, network = saved
    _, facts = weights.load(path)
    assert weights.encode(network, dict(reversed(facts.items()))) == path.read_bytes()


@pytest.mark.parametrize(
    "target",
    [
        "os.system",
        "torch.load",
        "shoal.models.blocks.torch.load",
        "shoal.models.blocks.nn.Linear",
        "shoal.models.blocks.conv",
        "shoal.training.run.run",
        "shoal.models.nowhere.X",
        [0],
    ],
)
def test_only_networks_of_our_own_are_built_from_a_file(tmp_path, target):
    nested = {"_target_": "shoal.models.ensemble.Ensemble", "deep": {"_target_": target}}
    for model in ({"_target_": target}, nested):
        with pytest.raises(
            UserError,
            match=re.escape(
                f"wants to build {target}: --trust, or trust=True in Python, builds it"
            ),
        ):
            weights.load(hostile(tmp_path, model))


@pytest.mark.parametrize(
    "deep",
    [
        "${oc.create:{_target_: os.mkdir, _args_: [ran]}}",  # once built what it made up
        "${oc.env:HOME}",
        {"_target_": "shoal.models.ees.EES", "scale": "${oc.decode:2}"},
    ],
)
def test_a_config_from_a_file_is_data_and_computes_nothing(tmp_path, monkeypatch, deep):
    monkeypatch.chdir(tmp_path)
    model = {"_target_": "shoal.models.ensemble.Ensemble", "deep": deep, "shallow": deep}
    with pytest.raises(
        UserError, match="a config with interpolations: --trust, or trust=True in Python, builds it"
    ):
        weights.load(hostile(tmp_path, model))
    assert [path.name for path in tmp_path.iterdir()] == ["hostile.safetensors"]


def test_shapes_that_do_not_fit_are_refused(tmp_path, saved):
    model = {"_target_": "shoal.models.cnn.SRCNN", "scale": 2}
    with pytest.raises(UserError, match="weights and network don't fit"):
        weights.load(hostile(tmp_path, model))


def test_files_that_are_no_weights_are_refused_by_name(tmp_path, saved):
    path, _ = saved
    cut = tmp_path / "cut.safetensors"
    cut.write_bytes(path.read_bytes()[:-10])
    bare = tmp_path / "bare.safetensors"
    bare.write_bytes(save({"a": torch.zeros(1)}))
    pickle = tmp_path / "pickle.pt"
    torch.save({"a": torch.zeros(1)}, pickle)
    for file, words in [(cut, "broken"), (bare, "describe its network"), (pickle, "broken")]:
        with pytest.raises(UserError, match=f"{file.name}.*{words}"):
            weights.load(file)
    with pytest.raises(UserError, match="no such file"):
        weights.load(tmp_path / "absent")


@settings(max_examples=60)
@given(st.floats(0, 1), st.binary(min_size=1, max_size=40))
def test_damaged_weights_are_loaded_or_refused_and_nothing_else(whole, at, noise):
    damaged = bytearray(whole.read_bytes())
    # Most of the damage goes to the header: the rest are numbers, any of which may be.
    start = int(at * min(len(damaged), 1000))
    damaged[start : start + len(noise)] = noise
    beside = whole.with_name("damaged.safetensors")
    beside.write_bytes(damaged)
    found = outcome(beside)
    if isinstance(found, UserError):
        assert "\n" not in str(found)
    else:
        assert parameters(found) == parameters(weights.load(whole)[0])


def test_weights_whose_code_has_changed_since_say_so_once_on_stderr(tmp_path, monkeypatch, capsys):
    monkeypatch.syspath_prepend(tmp_path)
    source = tmp_path / "weights_own.py"
    source.write_text("from torch import nn\nclass Net(nn.ConvTranspose2d): ...\n")
    sizes = {"in_channels": 1, "out_channels": 1, "kernel_size": 2, "stride": 2}
    model = {"_target_": "weights_own.Net", **sizes}
    facts = {"model": model, "scale": 2, "code": own_code(model)}
    path = tmp_path / "own.safetensors"
    path.write_bytes(weights.encode(instantiate(model), facts))
    weights.load(path, trust=True)
    assert capsys.readouterr().err == ""
    source.write_text(source.read_text() + "# another\n")
    for _ in range(2):
        weights.load(path, trust=True)
    (line,) = capsys.readouterr().err.splitlines()
    assert "own.safetensors: weights_own.py has changed since these weights were made" in line
