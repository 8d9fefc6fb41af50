"""An upsampler of the user's own, by its dotted name."""

import sys
from pathlib import Path

import pytest
import torch
from torch import nn

from helpers.composing import configured
from shoal.errors import UserError
from shoal.models import weights
from shoal.models.build import build
from shoal.models.upsampler_by_name import build as upsampler
from shoal.models.upsamplers import Deconvolution

MINE = """
import torch
from torch import nn

class Up(nn.Sequential):
    def __init__(self, inputs, outputs, scale, kernel=3):
        layer = nn.Conv2d(inputs, outputs * scale**2, kernel, padding=kernel // 2)
        super().__init__(layer, nn.PixelShuffle(scale))

class Short(Up):
    def forward(self, x):
        return super().forward(x)[..., 1:]

class Narrow(nn.Sequential):
    def __init__(self, inputs, outputs):
        super().__init__()

class Broken(Up):
    def forward(self, x):
        raise RuntimeError("what a pity")

def number(inputs, outputs, scale):
    return 3
"""


@pytest.fixture(autouse=True)
def mine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "own_up.py").write_text(MINE)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "own_up", raising=False)


@pytest.mark.parametrize("name", ["ees", "eed"])
def test_a_network_is_built_around_the_users_upsampler(name: str) -> None:
    config = configured(f"model={name}", "model.upsampler=own_up.Up")
    network = build(config.name, config.model)
    assert [type(layer).__name__ for layer in network.modules()].count("Up") == 1
    assert network(torch.rand(1, 1, 5, 7)).shape == (1, 1, 15, 21)
    assert network.training
    assert all(layer.training for layer in network.modules())


def test_arguments_are_given_beside_its_target(tmp_path: Path) -> None:
    own = "{_target_: own_up.Up, kernel: 5}"
    network = build("ees", configured("model=ees", f"++model.upsampler={own}").model)
    kernels = {layer.kernel_size for layer in network.modules() if isinstance(layer, nn.Conv2d)}
    assert (5, 5) in kernels


def test_ours_by_target_is_ours_by_name() -> None:
    target = f"{Deconvolution.__module__}.{Deconvolution.__name__}"
    torch.manual_seed(0)
    named = build("ees", configured("model=ees").model)
    torch.manual_seed(0)
    targeted = build("ees", configured("model=ees", f"model.upsampler={target}").model)
    for one, other in zip(named.parameters(), targeted.parameters(), strict=True):
        assert torch.equal(one, other)


@pytest.mark.parametrize(
    ("part", "words"),
    [
        (
            "own_up.Short",
            r"upsampler=own_up\.Short answers \(1, 8, 24, 26\) where x3 of 8 channels",
        ),
        ("own_up.number", "upsampler=own_up.number makes no torch.nn.Module but a int"),
        ("own_up.Narrow", r"upsampler=own_up\.Narrow\(4, 8, 3\) can't enlarge .* TypeError"),
        ("own_up.Broken", r"can't enlarge \(1, 4, 8, 9\): RuntimeError: what a pity"),
        ("own_up.Upp", r"own_up has no Upp: did you mean own_up\.Up\?"),
        ("nowhere.Up", r"nowhere"),
        (
            "subpixl",
            r"upsampler=subpixl is unknown \(did you mean subpixel\?\): choose one of .* mine\.Up",
        ),
    ],
)
def test_what_does_not_enlarge_so_is_refused_in_one_line(part: str, words: str) -> None:
    config = configured("model=ees", f"model.upsampler={part}")
    with pytest.raises(UserError, match=words) as caught:
        build(config.name, config.model)
    assert "\n" not in str(caught.value)


def test_a_layer_in_place_of_its_class_is_refused() -> None:
    with pytest.raises(UserError, match=r"^upsampler is a Conv2d already: name its class"):
        upsampler(nn.Conv2d(4, 8, 1), 4, 8, 3)


def test_weights_are_rebuilt_with_it_only_where_the_file_is_trusted(tmp_path: Path) -> None:
    config = configured("model=ees", "model.upsampler=own_up.Up")
    network = build(config.name, config.model)
    path = tmp_path / "weights.safetensors"
    path.write_bytes(weights.encode(network, {"model": config.model, "scale": 3}))
    with pytest.raises(
        UserError, match=r"wants to build own_up\.Up: --trust, or trust=True in Python, builds it"
    ):
        weights.load(path)
    lr = torch.rand(1, 1, 5, 7)
    assert torch.equal(weights.load(path, trust=True)[0](lr), network(lr))
