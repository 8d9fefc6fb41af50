"""Weights of one network as the start of another's training."""

from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from torch import nn

from helpers.composing import configured
from shoal.errors import UserError
from shoal.models.build import build
from shoal.models.transfer import Start
from shoal.models.weights import encode


def network(*overrides: str, seed: int = 0) -> nn.Module:
    torch.manual_seed(seed)
    config = configured(*overrides)
    return build(config.name, config.model)


def kept(path: Path, *overrides: str, change: float | None = None) -> Path:
    """A file of a network's weights; the first value of the first tensor may be another."""
    config = configured(*overrides)
    made = network(*overrides, seed=1)
    if change is not None:
        next(made.parameters()).data.flatten()[0] = change
    path.write_bytes(
        encode(made, {"model": config.model, "name": config.name, "scale": config.scale})
    )
    return path


def test_the_same_network_is_taken_whole(tmp_path: Path) -> None:
    path = kept(tmp_path / "x2.safetensors", "model=eeds_fast", "scale=2")
    begun = network("model=eeds_fast", "scale=2")
    start = Start.of(begun, path)
    expected = network("model=eeds_fast", "scale=2", seed=1).state_dict()
    assert all(torch.equal(value, expected[name]) for name, value in begun.state_dict().items())
    assert str(start) == f"starts from eeds_fast x2: all of {len(expected)} tensors"


def test_of_another_scale_all_is_taken_but_what_enlarges(tmp_path: Path) -> None:
    path = kept(tmp_path / "x2.safetensors", "model=eeds_fast", "scale=2")
    begun, drawn = (network("model=eeds_fast", "scale=3") for _ in range(2))
    start = Start.of(begun, path)
    other = network("model=eeds_fast", "scale=2", seed=1).state_dict()
    assert list(start.kept) == [
        *("deep.reconstruct.convolve.weight", "deep.reconstruct.convolve.bias"),
        *("shallow.reconstruct.convolve.weight", "shallow.reconstruct.convolve.bias"),
    ]
    for name, value in begun.state_dict().items():
        source = drawn.state_dict() if name in start.kept else other
        assert torch.equal(value, source[name]), name
    assert str(start) == (
        f"starts from eeds_fast x2: {len(other) - 4} of {len(other)} tensors; drawn anew: "
        "deep.reconstruct.convolve.weight, deep.reconstruct.convolve.bias, "
        "shallow.reconstruct.convolve.weight and 1 more"
    )


def test_a_network_of_which_nothing_fits_is_refused(tmp_path: Path) -> None:
    path = kept(tmp_path / "vdsr.safetensors", "model=vdsr", "scale=2")
    with pytest.raises(UserError, match=r"is of vdsr x2, and none of its 40 tensors fits"):
        Start.of(network("model=espcn", "scale=2"), path)


def test_what_is_no_number_is_refused_and_leaves_the_network_as_it_was(tmp_path: Path) -> None:
    path = kept(tmp_path / "nan.safetensors", "model=espcn", "scale=2", change=float("nan"))
    begun = network("model=espcn", "scale=2")
    with pytest.raises(UserError, match="holds NaN or infinity"):
        Start.of(begun, path)
    drawn = network("model=espcn", "scale=2").state_dict()
    assert all(torch.equal(value, drawn[name]) for name, value in begun.state_dict().items())


def test_a_file_of_another_kind_is_refused(tmp_path: Path) -> None:
    foreign, torn = tmp_path / "foreign.safetensors", tmp_path / "torn.safetensors"
    save_file({"weight": torch.ones(3)}, foreign)
    torn.write_bytes(b"PK\x03\x04 a pickle in a zip")
    for path, says in ((foreign, "not weights of Shoal"), (torn, "not a safetensors file")):
        with pytest.raises(UserError, match=says):
            Start.of(network("model=espcn", "scale=2"), path)
