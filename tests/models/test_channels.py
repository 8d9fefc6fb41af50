"""Networks of three channels: which there are, what they say of themselves, and what is refused."""

from pathlib import Path
from typing import Any

import pytest
import torch
from omegaconf import OmegaConf
from torch import nn

from helpers.composing import configured
from helpers.networks import MODELS, model, network
from shoal.errors import UserError
from shoal.models import weights
from shoal.models.build import build, require_enlarges
from shoal.models.channels import channels_of, declared, key_of, without_default
from shoal.models.profile import layer_bytes, macs, reach
from shoal.models.speed import seconds_per_megapixel

THREE = [name for name in MODELS if name != "scn"]


def of_rgb(name: str) -> str:
    return "model.planes=3" if name == "eed_fast" else "model.channels=3"


def config_of(name: str, *overrides: str) -> dict[str, Any]:
    """A network's config as it is composed."""
    plain: Any = OmegaConf.to_container(model(name, 3, *overrides), resolve=True)
    return plain


@pytest.mark.parametrize("name", THREE)
def test_every_network_but_scn_maps_rgb_if_it_is_told_to(name: str) -> None:
    assert declared(config_of(name, of_rgb(name))) == 3
    net = network(name, 3, of_rgb(name))
    assert channels_of(net) == 3
    require_enlarges(name, net, 3)
    assert net(torch.rand(1, 3, 5, 7)).shape == (1, 3, 15, 21)


@pytest.mark.parametrize("name", MODELS)
def test_luma_is_what_a_config_says_by_saying_nothing(name: str) -> None:
    said = config_of(name)
    assert declared(said) == 1
    silent = without_default(said)
    assert {key_of(said)} == said.keys() - silent.keys()
    assert declared(silent) == 1
    assert without_default(silent) == silent


def test_a_run_of_luma_is_named_as_if_there_were_no_rgb() -> None:
    config = configured("model=eeds_fast")
    assert config.channels == 1
    assert config.model["deep"]["channels"] == 32
    assert not config.model.keys() & {"channels", "planes"}
    assert not config.model["deep"].keys() & {"planes"}
    assert configured("model=eeds_fast", "model.channels=1") == config
    assert configured("model=eeds_fast", "model.channels=3", "protocol=rgb").channels == 3


def test_an_ensembles_channels_are_those_of_both_its_networks_also_of_bicubic() -> None:
    for more in ((), ("model@model.shallow=bicubic",), ("model@model.deep=vdsr",)):
        net = network("eeds_fast", 2, "model.channels=3", *more)
        lr = torch.rand(1, 3, 6, 5)
        branches = net.branches(lr)
        assert torch.equal(branches["deep"] + branches["shallow"], net(lr))


def test_lapsrn_starts_as_bilinear_in_each_channel_by_itself() -> None:
    level = network("lapsrn", 2, "model.channels=3").levels[0]
    grey = network("lapsrn", 2).levels[0]
    picture = torch.rand(1, 3, 6, 5)
    with torch.no_grad():
        for layer in (level.picture, grey.picture):
            layer.bias.zero_()
        alone = torch.cat([grey.picture(plane[None]) for plane in picture[0][:, None]], dim=1)
        assert torch.allclose(level.picture(picture), alone, atol=1e-6)


class Mine(nn.Sequential):
    """What a user writes: it keeps nothing of its channels."""

    def __init__(self, scale: int, channels: int) -> None:
        layers = nn.Conv2d(channels, channels * scale**2, 3, padding=1), nn.PixelShuffle(scale)
        super().__init__(*layers)


class Widths(Mine):
    """Which keeps something else by that name."""

    def __init__(self, scale: int, channels: int) -> None:
        super().__init__(scale, channels)
        self.channels = [channels, 64]


def own(kind: type[nn.Module], channels: int) -> nn.Module:
    target = f"{__name__}.{kind.__name__}"
    return build("mine", {"_target_": target, "scale": 2, "channels": channels})


def test_a_network_of_ones_own_maps_rgb_by_its_config_alone() -> None:
    net = own(Mine, 3)
    assert channels_of(net) == 3
    require_enlarges("mine", net, 2)
    assert channels_of(own(Widths, 64)) == 1  # a width, as ever


def test_weights_are_of_as_many_channels_as_their_network(tmp_path: Path) -> None:
    facts = {"model": {"_target_": f"{__name__}.Mine", "scale": 2, "channels": 3}, "scale": 2}
    (tmp_path / "w").write_bytes(weights.encode(own(Mine, 3), facts))
    assert channels_of(weights.load(tmp_path / "w", trust=True)[0]) == 3


def test_size_cost_reach_and_speed_are_those_of_three_channels() -> None:
    net = own(Mine, 3).eval()
    assert macs(net) == 3 * 12 * 9
    assert reach(net) == 1
    assert layer_bytes(net) == 4 * (12 + 12)  # of the shuffle: in, out
    assert seconds_per_megapixel(net, [torch.rand(1, 3, 64, 64)]) > 0


@pytest.mark.parametrize(
    ("overrides", "says"),
    [
        (("model=eeds", "model.channels=3"), "maps RGB, and protocol=classic .*: add protocol=rgb"),
        (
            ("model=eeds", "model.channels=2"),
            r"model.channels=2 are no channels of a picture: take 1 for luma or",
        ),
        (("model=eeds", "model.channels=true"), r"model.channels=True are no channels"),
        (("model=eed_fast", "model.channels=3"), "is the width of this network: for RGB"),
    ],
)
def test_what_can_not_be_is_refused_before_anything_is_built(
    overrides: tuple[str, ...], says: str
) -> None:
    with pytest.raises(UserError, match=says):
        configured(*overrides)


def test_what_does_not_map_what_it_says_is_refused_in_one_line() -> None:
    scn = configured("model=scn", "model.channels=3", "protocol=rgb")
    with pytest.raises(UserError, match="model=scn: channels=3: SCN maps luma alone"):
        build("scn", scn.model)
    with pytest.raises(UserError, match=r"means RGB, but Widths\.channels is something else"):
        own(Widths, 3)
    luma = network("ees", 2)
    luma.channels = 3
    with pytest.raises(
        UserError, match=r"can't enlarge a picture of 3 channels, 16 high, 32 wide: R"
    ):
        require_enlarges("mine", luma, 2)
    mute = own(Mine, 3)
    del mute.channels
    with pytest.raises(UserError, match="; it takes RGB: let its config say channels: 3"):
        require_enlarges("mine", mute, 2)
